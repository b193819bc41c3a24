"""How many permits are valid, by type and zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from curbledger.kit import sql
from curbledger.permits.zone import zone_key

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_QUERIES = sql.load("curbledger.permits", "counts.sql")


@dataclass(frozen=True, slots=True)
class Count:
    """Permits of one type in one zone. The zone of those that are for none is an empty name."""

    kind: str
    zone: str
    total: int


def count_permits(zones: Iterable[str] | None = None, *, at: datetime) -> list[Count]:
    """The permits valid at that moment, by type and zone; with names of zones, in these only. In the client's scope.

    A zone is called what the client calls it, one that is not configured what permits call it. Types and zones
    without a permit are left out.
    """
    keys = None if zones is None else [zone_key(name) for name in zones]
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES["count"], {"at": at, "keys": keys})
        return [Count(*row) for row in cursor.fetchall()]
