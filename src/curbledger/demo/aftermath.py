"""What follows a ticket: notices, appeals, fees, payments, holds, as its outcome has it."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from curbledger.clients.policy import STAFF_HOLD_KINDS
from curbledger.demo import texts
from curbledger.demo import town_data as data
from curbledger.demo.outcomes import Outcome
from curbledger.demo.settling import Settling
from curbledger.kit.money import ZERO
from curbledger.violations.standing import Notice

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.demo.bounds import Bounds
    from curbledger.demo.calendar import Calendar
    from curbledger.demo.case import Case
    from curbledger.demo.dice import Dice

_MORNING = time(9, 30)


class Aftermath:
    """Carries cases on to the present."""

    def __init__(self, bounds: Bounds, calendar: Calendar, dice: Dice) -> None:
        self._bounds = bounds
        self._calendar = calendar
        self._dice = dice
        self._settling = Settling(calendar, dice)
        self._ways = {
            Outcome.OVERDUE: self._stay_unpaid,
            Outcome.PAID: self._be_paid,
            Outcome.PAID_EARLY: self._settling.pay_early,
            Outcome.NOT_DUE: self._wait,
            Outcome.DUE_TODAY: self._wait,
            Outcome.APPEAL_OPEN: self._appeal,
            Outcome.APPEAL_WON: self._fall,
            Outcome.HELD: self._be_held,
            Outcome.PERSON_HELD: self._tell,
            Outcome.WARNING: self._only_warn,
            Outcome.SPOILED: self._spoil,
            Outcome.CANCELLED: self._be_cancelled,
        }

    def follow(self, case: Case, outcome: Outcome) -> None:
        """Bring the case to this outcome."""
        self._ways[outcome](case)

    def _stay_unpaid(self, case: Case) -> None:
        dice = self._dice
        self._tell(case)
        if dice.happens(0.1):
            self._lose_appeal(case)
        elif dice.happens(0.03):
            case.adjust(
                self._settling.reduced(case),
                reason=dice.choice(texts.OFFICER_CHANGES),
                at=self._days_on(case, 2, 14),
                by=dice.choice(data.CLERKS),
            )
        self._settling.charge_fees(case)
        if dice.happens(0.16):
            self._settling.pay_partly(case)
        if dice.happens(0.03):
            self._settling.bounce(case)
        if dice.happens(0.02):
            self._settling.grant(case)
        if dice.happens(0.08):
            self._be_free_again(case)
        self._settling.reach(case, self._bounds.minimum)

    def _be_paid(self, case: Case) -> None:
        if self._dice.happens(0.55):
            self._settling.pay_whole(case, after=case.violation.issued_at)
        else:
            self._tell(case)
            self._settling.charge_fees(case)
            self._settling.pay_whole(case, after=case.violation.due_at)

    def _wait(self, case: Case) -> None:
        if self._dice.happens(0.04):
            self._settling.pay_partly(case)

    def _tell(self, case: Case) -> None:
        """Send what notices the policy asks for, and some that it does not."""
        dice, calendar, notice_by = self._dice, self._calendar, self._bounds.notice_by
        if notice_by is None and dice.happens(0.25):
            return
        issued_on = calendar.day(case.violation.issued_at)
        day = issued_on + timedelta(days=dice.randint(1, 6))
        # A ticket that stays for another reason may be too young for a notice of that age.
        day = min(day, notice_by) if notice_by and notice_by > issued_on else day
        sent = calendar.past(calendar.moment(day, _MORNING))
        lost = notice_by is None and dice.happens(0.05)
        kind = dice.one_of((Notice.MAIL, Notice.LETTER))
        returned = calendar.past(sent + timedelta(days=dice.between(3, 12))) if lost else None
        case.tell(kind=kind, sent_at=sent, address=case.address, returned_at=returned)
        again = case.violation.due_at + timedelta(days=dice.between(3, 12))
        if again < calendar.at and (lost or dice.happens(0.4)):
            case.tell(kind=Notice.LETTER, sent_at=again, address=case.address)

    def _appeal(self, case: Case) -> None:
        dice = self._dice
        case.appeal(
            text=dice.choice(texts.APPEALS),
            at=self._days_on(case, 0.2, 13),
            form=dice.one_of(("web", "web", "mail", "counter")),
        )

    def _lose_appeal(self, case: Case) -> None:
        dice = self._dice
        self._appeal(case)
        decided, clerk = self._days_on(case, 14, 60), dice.choice(data.CLERKS)
        if dice.happens(0.2):
            case.decide("withdrawn", reason=texts.WITHDRAWN, at=decided, by=clerk, desk=dice.choice(data.DESKS))
            return
        reduced = dice.happens(0.5)
        reason = dice.choice(texts.REDUCED if reduced else texts.STANDS)
        case.decide("upheld", reason=reason, at=decided, by=clerk, desk=dice.choice(data.DESKS))
        if reduced:
            case.adjust(self._settling.reduced(case), reason=reason, at=decided, by=clerk)

    def _fall(self, case: Case) -> None:
        dice = self._dice
        self._appeal(case)
        case.decide(
            "dismissed",
            reason=dice.choice(texts.FALLS),
            at=self._days_on(case, 14, 60),
            by=dice.choice(data.CLERKS),
            desk=dice.choice(data.DESKS),
        )

    def _be_held(self, case: Case) -> None:
        dice, calendar = self._dice, self._calendar
        self._tell(case)
        self._settling.charge_fees(case)
        kind = dice.choice(self._bounds.ticket_holds)
        if kind == "payment_plan" and dice.happens(0.7):
            self._settling.pay_partly(case)
        # Today is the last day of some.
        until = calendar.days_ago(-dice.choice((0, 1, 7, 30, 60, 120))) if dice.happens(0.4) else None
        case.hold(
            kind=kind,
            reason=dice.choice(texts.HOLDS[kind]),
            at=self._since(case.violation.issued_at),
            by=dice.choice(data.CLERKS),
            until=until,
        )

    def _be_free_again(self, case: Case) -> None:
        """A hold that held once: released, on the ticket or its driver, or run out."""
        dice, calendar = self._dice, self._calendar
        kind = dice.choice(STAFF_HOLD_KINDS)
        hold = case.hold(
            kind=kind,
            reason=dice.choice(texts.HOLDS[kind]),
            at=self._days_on(case, 1, 10),
            by=dice.choice(data.CLERKS),
        )
        if dice.happens(0.35):
            yesterday, first = calendar.days_ago(1), calendar.day(hold.starts_at)
            hold.until = first + timedelta(days=dice.randint(0, (yesterday - first).days))
            return
        hold.released_at = calendar.past(self._since(hold.starts_at))
        hold.released_by, hold.release_reason = dice.choice(data.CLERKS), texts.RELEASES[kind]
        if case.car and case.car.drivers and dice.happens(0.12):
            hold.violation_id, hold.person_id = None, case.car.drivers[0].id

    def _only_warn(self, case: Case) -> None:
        violation = case.violation
        violation.warning = True
        if self._dice.happens(0.25):
            violation.comment, violation.actioned_per = texts.REDUCED_TO_WARNING, self._dice.choice(data.CLERKS)
            return
        violation.fine = violation.towing = violation.tax = ZERO
        for detail in case.details:
            detail.fine = detail.discount_amount = ZERO
            detail.discount_flag = False

    def _spoil(self, case: Case) -> None:
        case.violation.spoiled, case.violation.comment = True, self._dice.choice(texts.SPOILED)

    def _be_cancelled(self, case: Case) -> None:
        dice = self._dice
        case.cancel(reason=dice.choice(texts.CANCELLED), at=self._days_on(case, 0.1, 25))
        case.violation.actioned_per = dice.choice(data.CLERKS)

    def _days_on(self, case: Case, least: float, most: float) -> datetime:
        """So many days after the ticket."""
        return case.violation.issued_at + timedelta(days=self._dice.between(least, most))

    def _since(self, moment: datetime) -> datetime:
        """Some time between that moment and the present."""
        return moment + (self._calendar.at - moment) * self._dice.between(0.02, 0.98)
