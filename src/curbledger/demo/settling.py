"""The money of a case: fees, payments, discounts, smaller fines."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from curbledger.demo import texts
from curbledger.demo import town_data as data
from curbledger.kit.money import CENT, ZERO
from curbledger.violations.ledger import Discount

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.demo.calendar import Calendar
    from curbledger.demo.case import Case
    from curbledger.demo.dice import Dice

_WHOLE = Decimal(1)
_TOO_LITTLE_TO_PART = Decimal(10)
# Methods of payment, and who writes them down; a clerk where nobody is named.
_METHODS = (
    ("online", "Online payments"),
    ("online", "Online payments"),
    ("phone", ""),
    ("counter", ""),
    ("cheque", ""),
)
# A payment within these hours earns every discount of the town (town_data.py).
_EARLY_HOURS = 160


class Settling:
    """Moves what is owed."""

    def __init__(self, calendar: Calendar, dice: Dice) -> None:
        self._calendar = calendar
        self._dice = dice

    def reduced(self, case: Case) -> Decimal:
        """A part of the fine, in whole units."""
        return self._part(case.violation.fine, 0.4, 0.8)

    def charge_fees(self, case: Case) -> None:
        """Late fees on many that are past due, a few more on some."""
        due, dice = case.violation.due_at, self._dice
        if due < self._calendar.at and dice.happens(0.45):
            self._charge(case, Decimal(dice.choice((15, 20, 25))), texts.LATE, due + timedelta(days=dice.between(1, 9)))
            if dice.happens(0.3):
                cost = Decimal(dice.choice(("8.25", "10.00", "12.50")))
                self._charge(case, cost, texts.SEARCH, due + timedelta(days=dice.between(9, 20)))

    def pay_early(self, case: Case) -> None:
        """Paid while the discount holds: the whole, less the discount."""
        dice = self._dice
        at = case.violation.issued_at + timedelta(hours=dice.between(0.5, _EARLY_HOURS))
        if case.discount > 0:
            case.take_off(
                case.discount,
                kind=Discount.EARLY,
                reason="Paid while the early-payment discount held.",
                at=at,
                by="Online payments",
            )
        self._pay(case, case.owed, at)

    def pay_whole(self, case: Case, *, after: datetime) -> None:
        """Paid in full, some in two or three parts, some a little too much."""
        dice = self._dice
        if dice.happens(0.12):
            self.pay_partly(case)
        too_much = Decimal(dice.choice((5, 10))) if dice.happens(0.02) else ZERO
        self._pay(case, case.owed + too_much, after + timedelta(days=dice.between(8, 60)))

    def pay_partly(self, case: Case) -> None:
        """One to three payments that leave something."""
        at = case.violation.issued_at
        for _ in range(self._dice.choice((1, 1, 1, 2, 3))):
            if case.owed < _TOO_LITTLE_TO_PART:
                return
            at += timedelta(days=self._dice.between(4, 35))
            self._pay(case, self._part(case.owed, 0.15, 0.7), at)

    def bounce(self, case: Case) -> None:
        """A cheque that did not hold."""
        at = case.violation.issued_at + timedelta(days=self._dice.between(2, 12))
        case.bounce(
            case.owed,
            reference=f"C{self._dice.digits(6)}",
            at=at,
            reversed_at=at + timedelta(days=3),
            by=self._dice.choice(data.CLERKS),
        )

    def grant(self, case: Case) -> None:
        """A little off, out of kindness."""
        if case.owed > _TOO_LITTLE_TO_PART:
            at = case.violation.due_at + timedelta(days=self._dice.between(0, 30))
            by, reason = self._dice.choice(data.CLERKS), self._dice.choice(texts.GRANTED)
            case.take_off(Decimal(5), kind="granted", reason=reason, at=at, by=by)

    def reach(self, case: Case, minimum: Decimal) -> None:
        """Charge what is missing to the least that is handed over."""
        if case.owed < minimum:
            at = case.violation.due_at + timedelta(days=1)
            self._charge(case, minimum - case.owed, texts.ADMINISTRATION, at)

    def _charge(self, case: Case, amount: Decimal, why: tuple[str, str], at: datetime) -> None:
        # Fees are charged by a clock, but only up to now.
        kind, reason = why
        case.charge(amount, kind=kind, reason=reason, at=at, by="Nightly fees")

    def _pay(self, case: Case, amount: Decimal, at: datetime) -> None:
        method, by = self._dice.choice(_METHODS)
        reference = f"{method[0].upper()}{self._dice.digits(9)}" if method != "counter" else None
        case.pay(amount, method=method, reference=reference, at=at, by=by or self._dice.choice(data.CLERKS))

    def _part(self, amount: Decimal, least: float, most: float) -> Decimal:
        part = amount * Decimal(str(self._dice.between(least, most)))
        return max(part.quantize(_WHOLE, ROUND_DOWN), _WHOLE).quantize(CENT)
