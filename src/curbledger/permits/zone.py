"""Zones: where a permit is good. A permit may name one that the client has not configured (yet)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, ClassVar

from django.db import connection, models

from curbledger.errors import Invalid
from curbledger.kit import sql
from curbledger.permits.permit import Permit
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


def zone_key(name: str) -> str:
    """What the spellings of one zone's name have in common: neither case nor spaces count."""
    return "".join(unicodedata.normalize("NFC", name).casefold().split())


def add_zone(client_id: int, name: str, *, at: datetime) -> Zone:
    """The zone of that name, configured now if it was not. In the client's scope. Raises Invalid.

    Permits that named it before it was there are connected to it.
    """
    key = zone_key(name)
    if not key or len(name) > _LIMIT or len(key) > _LIMIT:
        raise Invalid(f"A zone needs a name, of at most {_LIMIT} characters.", field="zone")
    change_places(client_id)
    # Whoever else adds one waits until this is committed: nobody draws a number for a zone that is there.
    zone, created = Zone.objects.get_or_create(
        name_key=key, defaults={"client_id": client_id, "name": name.strip(), "modified": at}
    )
    if created:
        # The database drew it.
        zone.refresh_from_db(fields=["number"])
        Permit.objects.filter(zone_key=key, zone__isnull=True).update(zone=zone)
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
