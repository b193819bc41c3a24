"""One entry of any list that fields are picked from, and what staff do to it: add, change, archive, bring back.

Nothing is ever removed: tickets point at entries, integrators keep their numbers, and a number is given once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext

from curbledger.database.constraints import named_errors
from curbledger.database.owned import ClientOwned
from curbledger.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    Kept = TypeVar("Kept", bound="Entry")


class Entry(ClientOwned):
    """One entry of a list."""

    name = models.CharField(max_length=200)
    modified = models.DateTimeField(db_default=Now())
    # Since when it is no longer offered. What points at it, and its number, stay good.
    archived = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @classmethod
    def checked(cls, values: dict[str, Any]) -> dict[str, Any]:
        """The columns as they are to be kept. Raises Invalid. Lists with rules of their own add to it."""
        name = " ".join(str(values["name"]).split())
        limit: int = cls._meta.get_field("name").max_length  # type: ignore[union-attr,assignment]  # a CharField
        if not name or len(name) > limit:
            raise Invalid(gettext("It needs a name, of at most {limit} characters.").format(limit=limit), field="name")
        return {**values, "name": name}


def offered(model: type[Kept]) -> QuerySet[Kept]:
    """Those that staff pick from, by name. An archived one only stays where it stands already."""
    return QuerySet(model).filter(archived__isnull=True).order_by("name")


def add_entry(model: type[Kept], *, client_id: int, at: datetime, **values: Any) -> Kept:
    """One more entry of a list. In the client's scope. Raises Invalid, or Taken for a name that is there."""
    with named_errors():
        made: Kept = QuerySet(model).create(client_id=client_id, modified=at, **model.checked(values))
    if hasattr(made, "number"):
        # The database drew it.
        made.refresh_from_db(fields=["number"])
    return made


def change_entry(model: type[Kept], entry_id: int, *, seen: datetime, at: datetime, **values: Any) -> Kept:
    """Change an entry that was last changed at `seen`. In the client's scope.

    Raises Invalid, Taken, NotFound, or Conflict where somebody changed it since.
    """
    with named_errors():
        return _change(model, entry_id, seen=seen, at=at, **model.checked(values))


def archive_entry(model: type[Kept], entry_id: int, *, seen: datetime, at: datetime) -> Kept:
    """Offer an entry no longer. In the client's scope. Raises as `change_entry`."""
    return _change(model, entry_id, seen=seen, at=at, archived=at)


def restore_entry(model: type[Kept], entry_id: int, *, seen: datetime, at: datetime) -> Kept:
    """Offer an archived entry again. In the client's scope. Raises as `change_entry`."""
    return _change(model, entry_id, seen=seen, at=at, archived=None)


def _change(model: type[Kept], entry_id: int, *, seen: datetime, at: datetime, **columns: Any) -> Kept:
    # The row count decides between two who change it at once.
    changed = QuerySet(model).filter(pk=entry_id, modified=seen).update(modified=at, **columns)
    entry: Kept | None = QuerySet(model).filter(pk=entry_id).first()
    if entry is None:
        raise NotFound(gettext("There is no such entry."))
    if not changed:
        raise Conflict(gettext("Somebody else changed this meanwhile. Open it again to see what it is now."))
    return entry
