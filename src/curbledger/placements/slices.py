"""Many violations, a slice of their ids at a time, so that memory stays flat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from curbledger.placements.claim import SLICE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def slices(query: str, parameters: Mapping[str, Any]) -> Iterator[list[int]]:
    """The ids that `query` finds, in order: it asks for those beyond `after`, at most `limit`. In a scope."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, {**parameters, "after": after, "limit": SLICE})
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return
        yield ids
        after = ids[-1]
