"""From one day to another, both included, where the client is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from curbledger.errors import Invalid
from curbledger.kit import clock

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
# What a report reads is bounded by its days.
LONGEST = 366


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the client's calendar."""

    since: date
    until: date
    zone: ZoneInfo

    def parameters(self) -> dict[str, Any]:
        """What the queries ask for: the period's first moment, and the first one after it."""
        return {
            "start": clock.day_start(self.since, self.zone),
            "end": clock.day_start(self.until + _DAY, self.zone),
            "zone": self.zone.key,
        }


def period_of(since: date | None, until: date | None, *, zone: ZoneInfo, at: datetime) -> Period:
    """The period that was asked for; by default this month so far, or the month of the day that was given.

    Raises Invalid for one that ends before it begins, or is longer than a year and a day.
    """
    today = clock.local_day(at, zone)
    until = until or (today if since is None or since <= today else since)
    since = since or until.replace(day=1)
    if since > until:
        raise Invalid(_("The first day is after the last."), field="since")
    if until - since >= timedelta(days=LONGEST):
        raise Invalid(_("Take a year and a day at most."), field="since")
    if until.year == date.max.year:
        raise Invalid(_("The last day is too far away."), field="until")
    return Period(since, until, zone)


def last_weeks_end(day: date) -> date:
    """The Sunday before this day's week."""
    return day - timedelta(days=day.isoweekday())


def months_back(at: datetime, zone: ZoneInfo, months: int) -> Period:
    """This month so far, and so many months before it."""
    today = clock.local_day(at, zone)
    number = today.year * 12 + today.month - 1 - months
    return Period(date(number // 12, number % 12 + 1, 1), today, zone)


def months_in(period: Period) -> list[str]:
    """Each month of the period, as `2026-05`."""
    first = period.since.year * 12 + period.since.month - 1
    last = period.until.year * 12 + period.until.month - 1
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(first, last + 1)]
