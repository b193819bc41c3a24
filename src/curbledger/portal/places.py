"""Where a list that is ordered by time goes on, as it stands in an address."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from curbledger.violations.search import Place

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"(-?[0-9]{1,18})\.([0-9]{1,18})")


def read_place(text: str) -> Place | None:
    """Where a page of tickets goes on, as it stands in an address; None for what is none."""
    found = read_moment(text)
    return Place(*found) if found else None


def write_place(place: Place) -> str:
    """A place as it stands in an address."""
    return write_moment(place.issued_at, place.violation_id)


def read_moment(text: str) -> tuple[datetime, int] | None:
    """A moment and the number of a row of then; None for what is none."""
    found = _PLACE.fullmatch(text)
    if found is None:
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(found[1])), int(found[2])
    except OverflowError:
        return None


def write_moment(at: datetime, row: int) -> str:
    """Microseconds since 1970, and the row."""
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}.{row}"
