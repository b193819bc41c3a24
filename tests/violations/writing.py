"""Write a made-up situation to the database, as rows and not through the verbs: the triggers must total them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from django.db.models import Model

from curbledger.clients.client import Client
from curbledger.clients.policy import change_policy
from curbledger.registry.models import Driver
from curbledger.violations.models import (
    Appeal,
    Category,
    Detail,
    Discount,
    Fee,
    Hold,
    Location,
    Notice,
    Payment,
    Violation,
)
from tests import cast
from tests.violations.oracle import Held, Offence, Situation, Ticket
from tests.violations.situations import PEOPLE, VEHICLES

M = TypeVar("M", bound=Model)
ENTRIES: tuple[type[Model], ...] = (Fee, Discount, Payment, Detail, Notice, Appeal, Hold)


def write(client: Client, situation: Situation) -> list[Violation]:
    """The situation's tickets as rows, in their order. In the client's scope, which has nothing like them yet."""
    client.timezone, client.collecting = situation.zone.key, situation.collecting
    client.save(update_fields=["timezone", "collecting"])
    town = _Town(client, situation)
    town.policy()
    violations = town.all(Violation, [town.ticket(ticket) for ticket in situation.tickets])
    entries = [
        entry
        for violation, ticket in zip(violations, situation.tickets, strict=True)
        for entry in town.entries(violation, ticket)
    ]
    # One statement a table, for all tickets: the triggers see many rows at once, and it is quick.
    for model in ENTRIES:
        town.all(model, [columns for kind, columns in entries if kind is model])
    return violations


class _Town:
    def __init__(self, client: Client, situation: Situation) -> None:
        self.client = client
        self.situation = situation
        self.people = [cast.person(client) for _ in range(PEOPLE)]
        self.vehicles = [cast.vehicle(client) for _ in range(VEHICLES)]
        self.category = Category.objects.create(client_id=client.pk, name="Campus")
        self.location = Location.objects.create(client_id=client.pk, name="Lot 7")
        self.offence = cast.offence(client)
        self.all(
            Driver,
            [{"person": self.people[one], "vehicle": self.vehicles[car]} for one, car in sorted(situation.drivers)],
        )
        self.all(Hold, [{"person": self.people[one], **self._hold(held)} for one, held in situation.holds_on_people])

    def all(self, model: type[M], rows: list[dict[str, Any]]) -> list[M]:
        manager = model._default_manager
        return manager.bulk_create(model(client_id=self.client.pk, **row) for row in rows)

    def policy(self) -> None:
        policy = self.situation.policy
        change_policy(
            client_id=self.client.pk,
            at=self.situation.at,
            by="test",
            days_past_due=policy.days_past_due,
            minimum_balance=policy.minimum_balance,
            notice_required=policy.notice_required,
            notice_age_days=policy.notice_age_days,
            oldest_age_days=policy.oldest_age_days,
            hold_kinds=list(policy.hold_kinds),
            excluded_categories=[self.category.pk] if policy.leaves_out_category else [],
            excluded_locations=[self.location.pk] if policy.leaves_out_location else [],
        )

    def ticket(self, ticket: Ticket) -> dict[str, Any]:
        return {
            "ticket": f"S-{next(cast._numbers)}",
            "issued_at": ticket.issued_at,
            "due_at": ticket.due_at,
            "fine": ticket.fine,
            "adjusted_fine": ticket.adjusted_fine,
            "towing": ticket.towing,
            "tax": ticket.tax,
            "person": None if ticket.person is None else self.people[ticket.person],
            "vehicle": None if ticket.vehicle is None else self.vehicles[ticket.vehicle],
            "category": self.category if ticket.in_category else None,
            "location": self.location if ticket.at_location else None,
            "warning": ticket.warning,
            "spoiled": ticket.spoiled,
            "cancelled_at": self.situation.at if ticket.cancelled else None,
            "sent_at": self.situation.at if ticket.sent else None,
        }

    def entries(self, violation: Violation, ticket: Ticket) -> Iterator[tuple[type[Model], dict[str, Any]]]:
        at = self.situation.at
        on: dict[str, Any] = {"violation": violation}
        money = {**on, "recorded_by": "test", "created_at": at}
        for amount in ticket.fees:
            yield Fee, {**money, "amount": amount, "kind": "late"}
        for amount in ticket.granted:
            yield Discount, {**money, "amount": amount, "kind": "granted"}
        if ticket.earned is not None:
            yield Discount, {**money, "amount": ticket.earned, "kind": Discount.EARLY}
        for amount, was_reversed in ticket.payments:
            yield Payment, {**money, "amount": amount, "paid_at": at, "reversed_at": at if was_reversed else None}
        for sent_at, came_back in ticket.notices:
            yield Notice, {**on, "kind": 2, "sent_at": sent_at, "returned_at": at if came_back else None}
        for decided in ticket.appeals:
            decision = {"decided_at": at, "decision": "upheld"} if decided else {}
            yield Appeal, {**on, "opened_at": at, **decision}
        for held in ticket.holds:
            yield Hold, {**on, **self._hold(held)}
        for offence in ticket.offences:
            yield Detail, {**on, "offence": self.offence, "fine": ticket.fine, **self._discount(offence)}

    def _discount(self, offence: Offence) -> dict[str, Any]:
        return {
            "discount_flag": offence.flag,
            "discount_amount": offence.discount,
            "discount_hours": offence.hours,
        }

    def _hold(self, held: Held) -> dict[str, Any]:
        return {
            "kind": held.kind,
            "reason": "Because.",
            "placed_by": "test",
            "starts_at": held.starts_at,
            "created_at": held.created_at,
            "until": held.until,
            "petition_on": held.petition_on,
            "released_at": self.situation.at if held.released else None,
        }
