"""A town where a lot has happened, and the same sums worked out row by row, without the queries."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from curbledger.database.scope import client_scope
from curbledger.placements.batch import Placement
from curbledger.placements.recall import recall
from curbledger.placements.selection import Selection
from curbledger.violations.models import Payment, Violation
from curbledger.violations.payment import record_payment, reverse_payment
from tests import cast
from tests.cast import NOON, issue
from tests.placements.handing import arrived

if TYPE_CHECKING:
    from curbledger.clients.client import Client

DAY = timedelta(days=1)


def busy(client: Client) -> None:
    """Two handoffs a month apart, payments before, between and after, a reversal, a recall; and what nobody has."""
    who = cast.caller(client, agency="Acme")
    with client_scope(client.pk):
        for number in range(12):
            issue(client, f"A{number}", at=NOON - 60 * DAY, fine=f"{20 + number}.50")
        record_payment(client, "A0", amount=Decimal("5.00"), at=NOON - 55 * DAY, by="maud")
    arrived(client, who, at=NOON - 50 * DAY)
    with client_scope(client.pk):
        for number, days in ((0, 49), (1, 30), (2, 30), (3, 2), (4, 1)):
            record_payment(
                client, f"A{number}", amount=Decimal("10.25"), at=NOON - days * DAY, by=f"clerk {number % 2}"
            )
        bounced = record_payment(client, "A5", amount=Decimal("9.00"), at=NOON - 20 * DAY, by="maud")
        reverse_payment(client, "A5", payment_id=bounced.payment_id, reason="x", at=NOON - 10 * DAY, by="maud")
        recall(client, Selection(tickets=("A6", "A7")), reason="x", at=NOON - 5 * DAY, by="maud")
        record_payment(client, "A6", amount=Decimal("3.00"), at=NOON - 4 * DAY, by="maud")
        for number in range(8):
            issue(client, f"B{number}", due_at=NOON + (number - 6) * 20 * DAY, fine=f"{40 + number}.00")
    arrived(client, who, at=NOON - 3 * DAY)
    with client_scope(client.pk):
        issue(client, "C1", discount="10.00", discount_hours=24 * 365)
        issue(client, "C2", due_at=NOON)
        issue(client, "C3", due_at=NOON - DAY)
        for name, columns in (("W", {"warning": True}), ("S", {"spoiled": True}), ("X", {"cancelled_at": NOON})):
            issue(client, f"D{name}", **columns)


def heap_of(ticket: Violation, client: Client) -> int:
    """How old a debt is, as people count: by calendar days."""
    days = (NOON.astimezone(client.zone).date() - ticket.due_at.astimezone(client.zone).date()).days
    return sum(days >= first for first in (1, 31, 61, 91))


def owed_by_hand(client: Client) -> dict[tuple[bool, int], tuple[int, Decimal]]:
    """What is owed, by whether an agency has it and by age."""
    found: dict[tuple[bool, int], list[Decimal]] = defaultdict(list)
    for ticket in Violation.objects.all():
        owed = ticket.balance - (Decimal(10) if ticket.ticket == "C1" else 0)
        if owed <= 0 or ticket.warning or ticket.spoiled or ticket.cancelled_at:
            continue
        placed = Placement.objects.filter(violation=ticket, state="open").exists()
        found[placed, heap_of(ticket, client)].append(owed)
    return {key: (len(amounts), sum(amounts, Decimal(0))) for key, amounts in found.items()}


def recovered_by_hand(client: Client) -> dict[str, Decimal]:
    """What was paid, by month, on what an agency had then."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for payment in Payment.objects.filter(reversed_at__isnull=True):
        for placed in Placement.objects.filter(violation_id=payment.violation_id):
            ended = placed.ended_at or payment.paid_at
            if placed.state != "superseded" and placed.decided_at <= payment.paid_at <= ended:
                found[f"{payment.paid_at.astimezone(client.zone):%Y-%m}"] += payment.amount
    return dict(found)
