"""The town's days: they begin and end where the client is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from curbledger.kit import clock

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

DAY_END = time(23, 59, 59)


@dataclass(frozen=True)
class Calendar:
    """What day it is, and the moments of others."""

    at: datetime
    zone: ZoneInfo

    @cached_property
    def today(self) -> date:
        """The day it is at `at`."""
        return clock.local_day(self.at, self.zone)

    def day(self, moment: datetime) -> date:
        """The day of a moment."""
        return clock.local_day(moment, self.zone)

    def days_ago(self, count: int) -> date:
        """The day so many before today."""
        return self.today - timedelta(days=count)

    def moment(self, day: date, hour: time) -> datetime:
        """That hour of that day, in UTC."""
        return datetime.combine(day, hour, tzinfo=self.zone).astimezone(UTC)

    def day_start(self, day: date) -> datetime:
        """The first moment of a day, in UTC."""
        return clock.day_start(day, self.zone)

    def past(self, moment: datetime) -> datetime:
        """The moment, or the present where it lies ahead: nothing on record happened tomorrow. Whole seconds."""
        return min(moment, self.at).replace(microsecond=0)
