"""Where a list of tickets goes on, as it stands in an address."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from curbledger.violations.search import Place

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"(-?[0-9]{1,18})\.([0-9]{1,18})")


def read_place(text: str) -> Place | None:
    """Where a page goes on, as it stands in an address; None for what is none."""
    found = _PLACE.fullmatch(text)
    if found is None:
        return None
    try:
        return Place(_EPOCH + timedelta(microseconds=int(found[1])), int(found[2]))
    except OverflowError:
        return None


def write_place(place: Place) -> str:
    """A place as it stands in an address: microseconds since 1970, and the violation."""
    return f"{(place.issued_at - _EPOCH) // timedelta(microseconds=1)}.{place.violation_id}"
