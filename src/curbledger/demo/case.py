"""One ticket with all that belongs to it, and what is owed on it while that is made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curbledger.kit.money import ZERO
from curbledger.violations.ledger import Adjustment, Discount, Fee, Payment
from curbledger.violations.standing import Appeal, Hold, Notice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from curbledger.demo.calendar import Calendar
    from curbledger.demo.rows import Batch
    from curbledger.demo.vehicles import Car
    from curbledger.violations.violation import Detail, Violation


class Case:
    """Movements as the verbs of `violations` would write them; nothing is on record later than the present."""

    def __init__(
        self, violation: Violation, details: Sequence[Detail], car: Car | None, calendar: Calendar, batch: Batch
    ) -> None:
        self.violation = violation
        self.details = details
        self.car = car
        self.owed: Decimal = violation.fine + violation.towing + violation.tax
        self.discount = min(
            violation.fine, sum((detail.discount_amount for detail in details if detail.discount_flag), ZERO)
        )
        self._calendar = calendar
        self._batch = batch
        self._appeal: Appeal | None = None
        self._links = {"client_id": violation.client_id, "violation_id": violation.pk}
        batch.add(violation, *details)

    @property
    def address(self) -> str:
        """Where a notice goes: to the first driver, if one is known."""
        return self.car.drivers[0].address if self.car and self.car.drivers else ""

    def adjust(self, amount: Decimal, *, reason: str, at: datetime, by: str) -> None:
        """Set the fine to another amount."""
        violation = self.violation
        before = violation.adjusted_fine
        self.owed += amount - (violation.fine if before is None else before)
        violation.adjusted_fine, violation.adjustment_reason = amount, reason
        violation.actioned_per = by
        self._batch.add(
            Adjustment(
                **self._links,
                amount=amount,
                before=before,
                reason=reason,
                recorded_by=by,
                created_at=self._calendar.past(at),
            )
        )

    def charge(self, amount: Decimal, *, kind: str, reason: str, at: datetime, by: str) -> None:
        """Add a fee."""
        self.owed += amount
        self._batch.add(
            Fee(
                **self._links,
                amount=amount,
                kind=kind,
                reason=reason,
                recorded_by=by,
                created_at=self._calendar.past(at),
            )
        )

    def take_off(self, amount: Decimal, *, kind: str, reason: str, at: datetime, by: str) -> None:
        """Grant a discount for good."""
        self.owed -= amount
        self._batch.add(
            Discount(
                **self._links,
                amount=amount,
                kind=kind,
                reason=reason,
                recorded_by=by,
                created_at=self._calendar.past(at),
            )
        )

    def pay(self, amount: Decimal, *, method: str, reference: str | None, at: datetime, by: str) -> None:
        """Take a payment."""
        self.owed -= amount
        at = self._calendar.past(at)
        self._batch.add(
            Payment(
                **self._links,
                amount=amount,
                method=method,
                reference=reference,
                recorded_by=by,
                paid_at=at,
                created_at=at,
            )
        )

    def bounce(self, amount: Decimal, *, reference: str, at: datetime, reversed_at: datetime, by: str) -> None:
        """Take a cheque that comes back: it stays on record and counts for nothing."""
        at = self._calendar.past(at)
        self._batch.add(
            Payment(
                **self._links,
                amount=amount,
                method="cheque",
                reference=reference,
                recorded_by=by,
                paid_at=at,
                created_at=at,
                reversed_at=self._calendar.past(reversed_at),
                reversal_reason="Cheque returned: not sufficient funds.",
            )
        )

    def tell(self, *, kind: int, sent_at: datetime, address: str, returned_at: datetime | None = None) -> None:
        """Send a notice."""
        self.violation.auto_notice = kind
        self._batch.add(Notice(**self._links, kind=kind, sent_at=sent_at, address=address, returned_at=returned_at))

    def appeal(self, *, text: str, at: datetime, form: str) -> None:
        """Contest the ticket, in the driver's name where there is one."""
        at = self._calendar.past(at)
        violation = self.violation
        drivers = self.car.drivers if self.car else ()
        person_id = violation.person_id or (drivers[0].id if drivers else None)
        violation.appealed_at, violation.appeal_type, violation.appeal_format = at, 1, form
        violation.appeal_person, violation.appeal_comment = person_id or 0, text
        self._appeal = Appeal(**self._links, person_id=person_id, opened_at=at, text=text)
        self._batch.add(self._appeal)

    def decide(self, decision: str, *, reason: str, at: datetime, by: str, desk: int) -> None:
        """Decide the appeal. One that is dismissed takes the ticket with it."""
        at = self._calendar.past(at)
        if self._appeal is None:
            raise ValueError("There is no appeal to decide")
        self._appeal.decided_at, self._appeal.decided_by = at, by
        self._appeal.decision, self._appeal.decision_reason = decision, reason
        violation = self.violation
        violation.appeal_processed_at, violation.appeal_admin, violation.appeal_admin_comment = at, desk, reason
        if decision == "dismissed":
            self.cancel(reason=f"Appeal: {reason}", at=at)

    def cancel(self, *, reason: str, at: datetime) -> None:
        """Withdraw the ticket."""
        self.violation.cancelled_at, self.violation.cancel_reason = self._calendar.past(at), reason

    def hold(self, *, kind: str, reason: str, at: datetime, by: str, until: date | None = None) -> Hold:
        """Hold the ticket back."""
        at = self._calendar.past(at)
        hold = Hold(**self._links, kind=kind, reason=reason, placed_by=by, starts_at=at, until=until, created_at=at)
        self._batch.add(hold)
        return hold
