"""What is overdue, worked out ticket by ticket in Python, and not by the product's own rule."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from curbledger.clients.policy import CollectionsPolicy, current_policy
from curbledger.database.scope import client_scope
from curbledger.registry.models import Driver
from curbledger.violations.models import (
    Adjustment,
    Appeal,
    Detail,
    Discount,
    Fee,
    Hold,
    Notice,
    Payment,
    Violation,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import Model

    from curbledger.clients.client import Client


def overdue_at(client: Client, at: datetime) -> dict[str, Decimal]:
    """What each overdue ticket owes, by its number."""
    with client_scope(client.pk):
        books = _Books(client, current_policy(), at)
        tickets = Violation.objects.order_by("pk")
        return {ticket.ticket: books.owed(ticket) for ticket in tickets if not any(books.reasons_to_stay(ticket))}


class _Books:
    """All rows of a client, by the ticket, person or vehicle that they belong to."""

    def __init__(self, client: Client, policy: CollectionsPolicy, at: datetime) -> None:
        self.zone = client.zone
        self.policy = policy
        self.at = at
        self.today = self.day(at)
        self.details = _group(Detail, "violation_id")
        self.payments = _group(Payment, "violation_id")
        self.fees = _group(Fee, "violation_id")
        self.discounts = _group(Discount, "violation_id")
        self.adjustments = _group(Adjustment, "violation_id")
        self.appeals = _group(Appeal, "violation_id")
        self.notices = _group(Notice, "violation_id")
        self.holds = _group(Hold, "violation_id")
        self.holds_on_people = _group(Hold, "person_id")
        self.drivers = _group(Driver, "vehicle_id")

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def reasons_to_stay(self, ticket: Violation) -> Iterable[bool]:
        policy = self.policy
        yield ticket.spoiled or ticket.warning or ticket.cancelled_at is not None or ticket.sent_at is not None
        yield self.day(ticket.due_at) > self.today - timedelta(days=max(1, policy.days_past_due))
        if policy.oldest_age_days is not None:
            yield self.day(ticket.issued_at) < self.today - timedelta(days=policy.oldest_age_days)
        yield ticket.category_id in policy.excluded_categories
        yield ticket.location_id in policy.excluded_locations
        yield any(appeal.decided_at is None for appeal in self.appeals[ticket.pk])
        yield policy.notice_required and not self.was_told(ticket)
        yield self.is_held(ticket)
        yield self.owed(ticket) < policy.minimum_balance

    def was_told(self, ticket: Violation) -> bool:
        newest = self.today - timedelta(days=self.policy.notice_age_days)
        arrived = (notice for notice in self.notices[ticket.pk] if notice.returned_at is None)
        return any(self.day(notice.sent_at) <= newest for notice in arrived)

    def is_held(self, ticket: Violation) -> bool:
        people = {ticket.person_id} if ticket.person_id else {d.person_id for d in self.drivers[ticket.vehicle_id]}
        holds = [*self.holds[ticket.pk], *(hold for person in people for hold in self.holds_on_people[person])]
        return any(
            hold.kind in self.policy.hold_kinds
            and hold.released_at is None
            and hold.starts_at <= self.at
            and (hold.until is None or hold.until >= self.today)
            and (hold.petition_on is None or self.day(ticket.issued_at) <= hold.petition_on)
            for hold in holds
        )

    def owed(self, ticket: Violation) -> Decimal:
        details, discounts = self.details[ticket.pk], self.discounts[ticket.pk]
        adjustments = self.adjustments[ticket.pk]
        fine = adjustments[-1].amount if adjustments else _sum(detail.fine for detail in details)
        off = _sum(discount.amount for discount in discounts)
        if not any(discount.kind == "early_payment" for discount in discounts):
            off += min(fine, _sum(detail.discount_amount for detail in details if self.holds_still(ticket, detail)))
        paid = _sum(payment.amount for payment in self.payments[ticket.pk] if payment.reversed_at is None)
        fees = _sum(fee.amount for fee in self.fees[ticket.pk])
        owed: Decimal = fine + ticket.towing + ticket.tax + fees - off - paid
        return owed

    def holds_still(self, ticket: Violation, detail: Detail) -> bool:
        return detail.discount_flag and ticket.issued_at + timedelta(hours=detail.discount_hours) > self.at


def _group(model: type[Model], key: str) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in model._default_manager.order_by("pk"):
        found[getattr(row, key)].append(row)
    # Rows that belong to no ticket are no ticket's.
    found[None] = []
    return found


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
