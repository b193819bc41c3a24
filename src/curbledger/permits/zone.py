"""Zones: where a permit is good. A permit may name one that the client has not configured (yet)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import connection, models
from django.utils.translation import gettext

from curbledger.errors import Invalid
from curbledger.kit import sql
from curbledger.permits.permit import Permit
from curbledger.registry.entry import add_entry, change_entry
from curbledger.registry.lookups import Lookup

if TYPE_CHECKING:
    from datetime import datetime

_LIMIT = 200
_QUERIES = sql.load("curbledger.permits", "places.sql")


class Zone(Lookup):
    """One zone that the client has configured."""

    name_key = models.CharField(max_length=_LIMIT)

    class Meta(Lookup.Meta):
        db_table = "zone"
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *Lookup.Meta.constraints,
            models.UniqueConstraint(fields=("client", "name_key"), name="zone_name_key_is_unique"),
        )

    @classmethod
    def checked(cls, values: dict[str, Any]) -> dict[str, Any]:
        """As for every list; with what the spellings of its name have in common."""
        values = super().checked(values)
        key = zone_key(values["name"])
        if len(key) > _LIMIT:
            raise Invalid(gettext("It needs a name, of at most {limit} characters.").format(limit=_LIMIT), field="name")
        return {**values, "name_key": key}


def zone_key(name: str) -> str:
    """What the spellings of one zone's name have in common: neither case nor spaces count."""
    return "".join(unicodedata.normalize("NFC", name).casefold().split())


def open_zone(client_id: int, *, name: str, at: datetime) -> Zone:
    """One more zone. In the client's scope. Raises Invalid, or Taken for a name that is there.

    Permits that named it before it was there are connected to it.
    """
    # Whoever else adds one waits until this is committed: nobody draws a number for a zone that is there.
    change_places(client_id)
    zone = add_entry(Zone, client_id=client_id, at=at, name=name)
    Permit.objects.filter(zone_key=zone.name_key, zone__isnull=True).update(zone=zone)
    return zone


def add_zone(client_id: int, name: str, *, at: datetime) -> Zone:
    """The zone of that name, configured now if it was not. In the client's scope. Raises Invalid."""
    key = Zone.checked({"name": name})["name_key"]
    change_places(client_id)
    return Zone.objects.filter(name_key=key).first() or open_zone(client_id, name=name, at=at)


def rename_zone(client_id: int, zone_id: int, *, seen: datetime, at: datetime, name: str) -> Zone:
    """Call a zone something else. In the client's scope. Raises as `change_entry`.

    Permits that are for it stay so, whatever name they came with, and those that name it by the new one join them.
    """
    change_places(client_id)
    zone = change_entry(Zone, zone_id, seen=seen, at=at, name=name)
    Permit.objects.filter(zone=zone).exclude(zone_key=zone.name_key).update(zone_key=zone.name_key)
    Permit.objects.filter(zone_key=zone.name_key, zone__isnull=True).update(zone=zone)
    return zone


def find_zone(client_id: int, key: str) -> int | None:
    """The zone of that key, for a permit that is about to be written. In the client's scope.

    None where the client has none; then nobody configures one before this scope has ended, who would not find the
    permit to connect it.
    """
    found = _find(key)
    if found is None:
        with connection.cursor() as cursor:
            cursor.execute(_QUERIES["keep_places"], [client_id])
        found = _find(key)
    return found


def change_places(client_id: int) -> None:
    """Wait for whoever changes the client's zones and lots, or needs them to stay, and keep them out until the end."""
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES["change_places"], [client_id])


def _find(key: str) -> int | None:
    return Zone.objects.filter(name_key=key).values_list("pk", flat=True).first()
