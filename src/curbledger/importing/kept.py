"""Mappings that are kept for the next time, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from curbledger.database.constraints import named_errors
from curbledger.database.owned import ClientOwned
from curbledger.errors import Invalid, NotFound
from curbledger.importing.mapping import read_mapping
from curbledger.importing.schema import Kind

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client


class KeptMapping(ClientOwned):
    """A mapping as TOML. Saved under the same name it is written over; the audit has what it was."""

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    text = models.TextField()
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=254)

    class Meta:
        db_table = "import_mapping"
        constraints = (
            models.UniqueConstraint("client", "kind", "name", name="import_mapping_name_is_unique"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="import_mapping_kind_is_known"
            ),
        )

    def __str__(self) -> str:
        return self.name


def keep_mapping(client: Client, *, kind: Kind, name: str, text: str, at: datetime, by: str) -> None:
    """Keep a mapping under a name, in place of one that has it. In the client's scope.

    Raises Invalid for one that cannot be used, and without a name.
    """
    name = _checked(name)
    read_mapping(text, kind)
    # One statement: two who save the same name at once do so one after the other.
    KeptMapping.objects.bulk_create(
        [KeptMapping(client_id=client.pk, kind=kind, name=name, text=text, saved_at=at, saved_by=by)],
        update_conflicts=True,
        unique_fields=["client", "kind", "name"],
        update_fields=["text", "saved_at", "saved_by"],
    )


def rename_mapping(mapping_id: int, name: str) -> KeptMapping:
    """Call a kept mapping something else. In the client's scope.

    Raises NotFound, Invalid without a name, and Taken where another of its kind has that name.
    """
    kept = find_mapping(mapping_id)
    kept.name = _checked(name)
    with named_errors():
        kept.save(update_fields=["name"])
    return kept


def remove_mapping(mapping_id: int) -> None:
    """Keep a mapping no longer; the audit has what it was. In the client's scope. Raises NotFound."""
    if not KeptMapping.objects.filter(pk=mapping_id).delete()[0]:
        raise NotFound(_("There is no such mapping."))


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid(_("A mapping is kept under a name."), field="name")
    return name


def kept_mappings(kind: Kind | None = None) -> list[KeptMapping]:
    """Those there are, by name. In the client's scope."""
    found = KeptMapping.objects.order_by("name", "kind")
    return list(found if kind is None else found.filter(kind=kind))


def find_mapping(mapping_id: int) -> KeptMapping:
    """One of them. In the client's scope. Raises NotFound."""
    found = KeptMapping.objects.filter(pk=mapping_id).first()
    if found is None:
        raise NotFound(_("There is no such mapping."))
    return found
