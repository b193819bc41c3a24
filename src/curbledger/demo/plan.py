"""When each ticket is written, when it falls due, and what becomes of it: decided for all before any is made."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from curbledger.demo.bounds import GRACES, SPAN
from curbledger.demo.calendar import DAY_END
from curbledger.demo.outcomes import SHARES, Outcome

if TYPE_CHECKING:
    from curbledger.demo.bounds import Bounds
    from curbledger.demo.calendar import Calendar
    from curbledger.demo.dice import Dice

# The longest time to pay, and some days more: what was issued before is due, whatever its time to pay.
_LONG_DUE = max(GRACES) + 3
_LONGEST_APPEAL = 150
# Between the last ticket and the present: its pictures are taken, and it is stored.
_LATELY = timedelta(minutes=3)


class Planned(NamedTuple):
    """One ticket to be made."""

    issued: datetime
    due: datetime
    outcome: Outcome


class Planner:
    """Decides by the dice, within the bounds of the client's policy."""

    def __init__(self, calendar: Calendar, bounds: Bounds, dice: Dice) -> None:
        self._calendar = calendar
        self._bounds = bounds
        self._dice = dice

    def plan(self, violations: int, overdue: int) -> list[Planned]:
        """So many tickets in the order of their issue, of which exactly `overdue` are overdue."""
        outcomes = [Outcome.OVERDUE] * overdue + self._others(violations - overdue)
        return sorted(map(self._plan_one, outcomes), key=lambda planned: planned.issued)

    def _others(self, count: int) -> list[Outcome]:
        shares = dict(SHARES)
        if not self._bounds.ticket_holds:
            del shares[Outcome.HELD]
        if not self._bounds.person_holds:
            del shares[Outcome.PERSON_HELD]
        kinds = list(shares)
        # One of each where there is room, so that a small town shows everything too.
        certain = kinds if count >= len(kinds) else []
        return certain + self._dice.choices(kinds, list(shares.values()), k=count - len(certain))

    def _plan_one(self, outcome: Outcome) -> Planned:
        dice, calendar = self._dice, self._calendar
        day, grace = self._day(outcome)
        issued = calendar.past(min(calendar.moment(day, self._hour()), calendar.at - _LATELY))
        local = issued.astimezone(calendar.zone)
        hour = dice.one_of((local.time(), local.time(), DAY_END, time.min))
        return Planned(issued, calendar.moment(local.date() + timedelta(days=grace), hour), outcome)

    def _day(self, outcome: Outcome) -> tuple[date, int]:
        """The day of issue, and the days to pay."""
        dice, calendar = self._dice, self._calendar
        if outcome is Outcome.OVERDUE:
            return self._overdue_day()
        grace = dice.early_in(GRACES)
        if outcome is Outcome.NOT_DUE:
            return calendar.days_ago(dice.randrange(grace)), grace
        if outcome is Outcome.DUE_TODAY:
            return calendar.days_ago(grace), grace
        if outcome is Outcome.APPEAL_OPEN:
            return calendar.days_ago(dice.randint(_LONG_DUE, _LONGEST_APPEAL)), grace
        return self._some_day(calendar.days_ago(SPAN), calendar.days_ago(_LONG_DUE)), grace

    def _overdue_day(self) -> tuple[date, int]:
        grace = self._dice.early_in(self._bounds.graces())
        latest = self._bounds.latest_issue(grace)
        # Some became overdue only today.
        return latest if self._dice.happens(0.04) else self._some_day(self._bounds.first_issue, latest), grace

    def _some_day(self, first: date, last: date) -> date:
        """Lately more than long ago."""
        days = (last - first).days
        return last - timedelta(days=round(days * self._dice.random() ** 1.7))

    def _hour(self) -> time:
        dice = self._dice
        # Some at night, when a ban on overnight parking is looked after.
        minutes = dice.randrange(24 * 60) if dice.happens(0.06) else round(dice.triangular(7 * 60, 22 * 60, 11 * 60))
        return time(minutes // 60, minutes % 60, dice.randrange(60))
