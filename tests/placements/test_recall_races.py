"""What others do while a recall is under way, and what a recall does to them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.placements.cycle import start_new_cycle
from curbledger.placements.deliverer import heart
from curbledger.placements.recall import Recalled, recall
from curbledger.placements.selection import Selection
from curbledger.violations.models import Violation
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import NOON, issue
from tests.placements.handing import arrived, broken, call, history, placement, tickets
from tests.violations.races import Other, second_connection

MEANWHILE = NOON + timedelta(seconds=3)


@pytest.fixture(autouse=True)
def alive(committed: str) -> None:
    heart()._touch()


def take_back(town: Client, **selection: object) -> Recalled:
    with client_scope(town.pk):
        chosen = Selection(**selection)  # type: ignore[arg-type]
        return recall(town, chosen, reason="Wrong signs.", at=MEANWHILE, by="maud")


def two_tickets(town: Client) -> tuple[Violation, Violation]:
    with client_scope(town.pk):
        return issue(town, "A"), issue(town, "B")


def test_a_batch_that_is_reopened_waits_for_a_recall_and_goes_without_it(committed_town: Client) -> None:
    town, who = committed_town, cast.caller(committed_town)
    _first, second = two_tickets(town)
    broken(town, who)
    with client_scope(town.pk):
        recall(town, Selection(tickets=("B",)), reason="Wrong signs.", at=MEANWHILE, by="maud")
        claiming = Other(lambda: call(town, who))
        claiming.wait_until_blocked()
    assert tickets(claiming.result()) == ["A"]
    assert [state for _, state, _ in history(second)] == ["recalled"]


def test_a_recall_that_waits_for_a_reopened_batch_takes_back_what_the_next_revision_has(
    committed_town: Client,
) -> None:
    town, who = committed_town, cast.caller(committed_town)
    first, second = two_tickets(town)
    handoff = broken(town, who)
    with second_connection(town) as clerk:
        clerk.execute("SELECT 1 FROM violation WHERE id = %s FOR UPDATE", [second.pk])
        claiming = Other(lambda: call(town, who))
        claiming.wait_until_blocked()
        # The claim has A, and waits for B; the recall wants both.
        taking = Other(lambda: take_back(town, batch=handoff.batch_uuid))
        taking.wait_until_blocked()
    assert claiming.result().revision.number == 2
    assert taking.result().count == 2
    for one in (first, second):
        assert [(number, state) for number, state, _ in history(one)] == [(1, "superseded"), (2, "recalled")]


def test_a_recall_waits_for_a_payment_and_takes_back_what_is_paid(committed_town: Client) -> None:
    town, who = committed_town, cast.caller(committed_town)
    first, _second = two_tickets(town)
    arrived(town, who)
    with client_scope(town.pk):
        record_payment(town, "A", amount=Decimal("50.00"), at=MEANWHILE, by="clerk")
        taking = Other(lambda: take_back(town, tickets=("A",)))
        taking.wait_until_blocked()
    assert taking.result().count == 1
    assert placement(first).state == "recalled"


def test_a_payment_waits_for_a_recall(committed_town: Client) -> None:
    town, who = committed_town, cast.caller(committed_town)
    two_tickets(town)
    arrived(town, who)

    def pay() -> Decimal:
        with client_scope(town.pk):
            return record_payment(town, "A", amount=Decimal("20.00"), at=MEANWHILE, by="clerk").balance

    with client_scope(town.pk):
        recall(town, Selection(tickets=("A",)), reason="Wrong signs.", at=MEANWHILE, by="maud")
        paying = Other(pay)
        paying.wait_until_blocked()
    assert paying.result() == Decimal("30.00")


def test_two_recalls_of_the_same_take_it_back_once(committed_town: Client) -> None:
    town, who = committed_town, cast.caller(committed_town)
    two_tickets(town)
    arrived(town, who)
    with client_scope(town.pk):
        first = recall(town, Selection(tickets=("A", "B")), reason="Wrong signs.", at=MEANWHILE, by="maud")
        second = Other(lambda: take_back(town, tickets=("B", "A")))
        second.wait_until_blocked()
    assert (first.count, second.result().count) == (2, 0)


def test_a_claim_waits_for_a_new_cycle_and_takes_the_ticket_with_it(committed_town: Client) -> None:
    town, who = committed_town, cast.caller(committed_town)
    first, _second = two_tickets(town)
    broken(town, who)
    take_back(town, tickets=("A",))
    with client_scope(town.pk):
        start_new_cycle(town, "A", reason="Again.", at=MEANWHILE, by="maud")
    assert tickets(call(town, who)) == ["A", "B"]
    assert placement(first).cycle == 2
