"""Values as the wire writes them, for rivals that print in Python."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal
    from zoneinfo import ZoneInfo


def moment(value: datetime) -> str:
    """In UTC, six decimals, Z."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def midnight(zone: ZoneInfo) -> Callable[[date], str]:
    """The beginning of a day in that zone, as a moment."""

    def write(day: date) -> str:
        return moment(datetime.combine(day, time.min, zone))

    return write


def tax(value: Decimal) -> str:
    """Four decimals, as text."""
    return f"{value:.4f}"


def mark(value: bool) -> int | None:  # noqa: FBT001  # a column's value.
    """1, or nothing."""
    return 1 if value else None
