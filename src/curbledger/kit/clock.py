"""The one place that reads the machine's clock. Domain verbs take the time as an argument instead."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The calendar day at `at` where the client is."""
    return at.astimezone(zone).date()


def local_minute(at: datetime, zone: ZoneInfo) -> str:
    """A moment where the client is, to the minute, for people."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of `day` where the client is, in UTC.

    Where the clock skips midnight, it is the first moment after the gap; where it repeats, the first of the two.
    """
    midnight = datetime.combine(day, time.min, tzinfo=zone)
    moment = midnight.astimezone(UTC)
    # Read with the offset from after a change: the same moment, a later one where midnight repeats, an earlier one
    # where it is skipped. Only then is `moment` no midnight, and the change lies between the two.
    before = midnight.replace(fold=1).astimezone(UTC)
    while moment - before > _SECOND:
        middle = before + (moment - before) // 2
        if local_day(middle, zone) < day:
            before = middle
        else:
            moment = middle
    return moment.replace(microsecond=0)


def span(since: date | None, until: date | None, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the first moment of `since` to the first after `until`, where the client is; without a day, for ever."""
    first, end = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
    if since is not None:
        first = day_start(since, zone)
    if until is not None and until < end.date():
        end = day_start(until + timedelta(days=1), zone)
    return first, end
