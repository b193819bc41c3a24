"""Days and times of a file as moments where the client is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop as _

from curbledger.importing.fault import BadRow
from curbledger.kit import clock

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_MIDNIGHT = time()
_DAY_END = time(23, 59, 59)
_LONGEST_GRACE = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Days:
    """The calendar of an import: what is too old, and what has not happened yet."""

    at: datetime
    zone: ZoneInfo
    earliest: date

    def past(self, name: str, day: datetime, after_midnight: timedelta | None = None) -> datetime:
        """The moment of something that has happened. Raises BadRow for what lies ahead, or too far back."""
        moment = self._moment(day, after_midnight)
        if moment > self.at:
            raise BadRow(_("{day} lies in the future"), name, day=self._show(moment))
        if _local_day(moment, self.zone) < self.earliest:
            raise BadRow(
                _("{day} lies before {earliest}, the earliest day in the mapping"),
                name,
                day=self._show(moment),
                earliest=self.earliest.isoformat(),
            )
        return moment

    def follow(self, name: str, moment: datetime | None, *, issued_at: datetime) -> None:
        """Raises BadRow for what is said to have happened on a day before the issue."""
        if moment is not None and self.day_of(moment) < self.day_of(issued_at):
            raise self._before(name, moment, issued_at)

    def due(self, day: datetime, *, issued_at: datetime) -> datetime:
        """The moment a ticket falls due: the end of that day, unless the file has the time."""
        if day.tzinfo is None and day.time() == _MIDNIGHT:
            day = datetime.combine(day.date(), _DAY_END)
        moment = self._moment(day, None)
        if moment < issued_at:
            raise self._before("due", moment, issued_at)
        if moment - issued_at > _LONGEST_GRACE:
            raise BadRow(_("{day} lies more than ten years after the issue"), "due", day=self._show(moment))
        return moment

    def later(self, moment: datetime, days: int) -> datetime:
        """The same time of day so many days later."""
        return _later(moment, days, self.zone)

    def day_of(self, moment: datetime) -> date:
        """The day of a moment."""
        return _local_day(moment, self.zone)

    def _moment(self, day: datetime, after_midnight: timedelta | None) -> datetime:
        return _moment(day, after_midnight, self.zone)

    def _before(self, name: str, moment: datetime, issued_at: datetime) -> BadRow:
        said = _("{day} lies before the issue, {issued}")
        return BadRow(said, name, day=self._show(moment), issued=self._show(issued_at))

    def _show(self, moment: datetime) -> str:
        return clock.local_day(moment, self.zone).isoformat()


# A file has far fewer days than rows.
@lru_cache(maxsize=65536)
def _moment(day: datetime, after_midnight: timedelta | None, zone: ZoneInfo) -> datetime:
    if after_midnight is not None:
        day = datetime.combine(day.date(), _MIDNIGHT, tzinfo=day.tzinfo) + after_midnight
    if day.tzinfo is None:
        day = day.replace(tzinfo=zone)
    try:
        return day.astimezone(UTC)
    except OverflowError:
        raise BadRow(_("{day} is no day of this calendar"), day=day.date().isoformat()) from None


@lru_cache(maxsize=65536)
def _local_day(moment: datetime, zone: ZoneInfo) -> date:
    return clock.local_day(moment, zone)


@lru_cache(maxsize=65536)
def _later(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    return (moment.astimezone(zone) + timedelta(days=days)).astimezone(UTC)
