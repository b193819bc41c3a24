"""Fields that every client's table shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import models

if TYPE_CHECKING:
    from collections.abc import Callable

    OnDelete: TypeAlias = Callable[..., None]
    # Django's fields are generic for the type checker only.
    _ForeignKey = models.ForeignKey[Any, Any]
    _DecimalField = models.DecimalField[Any, Any]
else:
    _ForeignKey = models.ForeignKey
    _DecimalField = models.DecimalField


class ClientForeignKey(_ForeignKey):
    """A reference between two rows of the same client.

    Foreign keys ignore row-level security: a plain one could point at another client's row. So Django's own
    constraint is left out, and SecureClientTables makes a composite one, (client_id, x_id) to (client_id, id).
    Indexes begin with client_id, so they are declared by hand where they are needed.
    """

    def __init__(self, to: type[models.Model] | str, on_delete: OnDelete = models.PROTECT, **options: Any) -> None:
        options.setdefault("related_name", "+")
        options["db_constraint"] = False
        options["db_index"] = False
        super().__init__(to, on_delete, **options)


class StatementForeignKey(ClientForeignKey):
    """A reference of rows that are written thousands at a time.

    A foreign key looks for what each row points at, and locks it, a row at a time: for the placements of a claim that
    was a sixth of the claim for their revision, and as much for their violations. This one looks once for a statement
    (references.sql), and refuses what a foreign key refuses.
    """


class MoneyField(_DecimalField):
    """An amount in the client's currency, to the cent."""

    def __init__(self, **options: Any) -> None:
        options["max_digits"] = 12
        options["decimal_places"] = 2
        super().__init__(**options)
