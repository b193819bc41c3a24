"""What others do while a claim is under way: whatever is committed before the claim decides counts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connections

from curbledger.clients.client import Client
from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.placements.agency import AgencyCategory
from curbledger.placements.batch import Batch
from curbledger.placements.claim import claim as claim_for_good
from curbledger.placements.deliverer import heart
from curbledger.placements.handoff import hand_over, release
from curbledger.placements.switch import switch_collections
from curbledger.violations.appeal import open_appeal
from curbledger.violations.hold import hold_person, hold_violation
from curbledger.violations.models import Category, Violation
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import NOON, issue
from tests.placements.handing import arrive, asked, batch_of, break_off, broken, call, history, marked, tickets
from tests.violations.races import Other, second_connection

# The call came in at noon. What follows happens while it waits.
MEANWHILE = NOON + timedelta(seconds=3)


@pytest.fixture(autouse=True)
def alive(committed: str) -> None:
    """This process shows life in the database of these tests, too."""
    heart()._touch()


def _pay(town: Client) -> None:
    record_payment(town, "B", amount=Decimal("50.00"), at=MEANWHILE, by="clerk")


def _hold(town: Client) -> None:
    hold_violation(town, "B", kind="court", reason="Summons.", at=MEANWHILE, by="clerk")


def _hold_person(town: Client) -> None:
    person = Violation.objects.get(ticket="B").person
    assert person is not None
    hold_person(town, person.pk, kind="deceased", reason="Told.", at=MEANWHILE, by="clerk")


def _appeal(town: Client) -> None:
    open_appeal(town, "B", text="Not my car.", at=MEANWHILE)


def _keep_for_another_agency(town: Client) -> None:
    other = cast.caller(town, agency="Other").agency
    assert other is not None
    AgencyCategory.objects.create(client_id=town.pk, agency=other, category=Category.objects.get())


CHANGES = (_pay, _hold, _hold_person, _appeal, _keep_for_another_agency)


def _two_tickets(town: Client) -> tuple[Violation, Violation]:
    with client_scope(town.pk):
        private = Category.objects.create(client_id=town.pk, name="Private")
        return issue(town, "A"), issue(town, "B", person=cast.person(town), category=private)


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_committed_while_the_claim_waits_for_another_ticket_counts(
    committed_town: Client, change: Callable[[Client], None]
) -> None:
    town = committed_town
    who = cast.caller(town, agency="First")
    first, second = _two_tickets(town)
    with second_connection(town) as clerk:
        clerk.execute("SELECT 1 FROM violation WHERE id = %s FOR UPDATE", [first.pk])
        claiming = Other(lambda: call(town, who))
        claiming.wait_until_blocked()
        with client_scope(town.pk):
            change(town)
    assert tickets(claiming.result()) == ["A"]
    assert marked([first, second]) == [NOON, None]


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_committed_while_a_reopened_batch_waits_counts(
    committed_town: Client, change: Callable[[Client], None]
) -> None:
    town = committed_town
    who = cast.caller(town, agency="First")
    first, second = _two_tickets(town)
    broken(town, who)
    with second_connection(town) as clerk:
        clerk.execute("SELECT 1 FROM violation WHERE id = %s FOR UPDATE", [first.pk])
        claiming = Other(lambda: call(town, who))
        claiming.wait_until_blocked()
        with client_scope(town.pk):
            change(town)
    assert tickets(claiming.result()) == ["A"]
    assert [state for _, state, _ in history(second)] == ["withdrawn"]


def test_a_switch_that_is_turned_off_while_the_claim_waits_its_turn_counts(committed_town: Client) -> None:
    town = committed_town
    who = cast.caller(town)
    _two_tickets(town)
    assert who.agency is not None
    with second_connection(town) as earlier_call:
        earlier_call.execute("SELECT 1 FROM agency WHERE id = %s FOR UPDATE", [who.agency.pk])
        claiming = Other(lambda: call(town, who))
        claiming.wait_until_blocked()
        with client_scope(town.pk):
            switch_collections(town, on=False)
    assert claiming.result().count == 0


def test_a_policy_that_changes_while_the_claim_waits_its_turn_counts(committed_town: Client) -> None:
    town = committed_town
    who = cast.caller(town)
    _two_tickets(town)
    assert who.agency is not None
    with second_connection(town) as earlier_call:
        earlier_call.execute("SELECT 1 FROM agency WHERE id = %s FOR UPDATE", [who.agency.pk])
        claiming = Other(lambda: call(town, who))
        claiming.wait_until_blocked()
        with client_scope(town.pk):
            change_policy(client_id=town.pk, at=MEANWHILE, by="clerk", minimum_balance=Decimal("50.01"))
    assert claiming.result().count == 0


def test_a_payment_that_comes_after_the_decision_waits_for_it(committed_town: Client) -> None:
    town = committed_town
    who = cast.caller(town)
    _, second = _two_tickets(town)

    def pay() -> None:
        with client_scope(town.pk):
            _pay(town)

    with client_scope(town.pk):
        claimed = hand_over(asked(town, who), at=NOON)
        paying = Other(pay)
        paying.wait_until_blocked()
    paying.result()
    assert claimed.count == 2
    with client_scope(town.pk):
        assert Violation.objects.get(pk=second.pk).balance == 0


def test_somebody_at_work_on_a_debt_that_cannot_go_keeps_nobody_waiting(committed_town: Client) -> None:
    town = committed_town
    who = cast.caller(town)
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=NOON, by="clerk", oldest_age_days=365, minimum_balance=Decimal("10.00"))
        stay = [issue(town, "old", at=NOON - timedelta(days=500)), issue(town, "small", fine="9.99")]
        issue(town, "goes")
    with second_connection(town) as clerk:
        clerk.execute("SELECT 1 FROM violation WHERE id = ANY (%s) FOR UPDATE", [[one.pk for one in stay]])
        assert tickets(call(town, who)) == ["goes"]


def test_a_second_call_waits_for_the_first_and_finds_only_what_is_new(committed_town: Client) -> None:
    town = committed_town
    first_caller, second_caller = cast.caller(town), cast.caller(town)
    _two_tickets(town)
    with client_scope(town.pk):
        first = hand_over(asked(town, first_caller), at=NOON)
        calling = Other(lambda: call(town, second_caller))
        calling.wait_until_blocked()
    second = calling.result()
    assert (first.count, second.count) == (2, 0)
    assert first.batch_uuid != second.batch_uuid


def test_two_agencies_at_once_share_what_is_kept_for_neither(committed_town: Client) -> None:
    town = committed_town
    near, far = cast.caller(town, agency="Near"), cast.caller(town, agency="Far")
    _two_tickets(town)
    with client_scope(town.pk):
        first = hand_over(asked(town, near), at=NOON)
        calling = Other(lambda: call(town, far))
        calling.wait_until_blocked()
    assert (first.count, calling.result().count) == (2, 0)


def test_two_first_calls_with_one_key_make_one_batch(committed_town: Client) -> None:
    town = committed_town
    who = cast.caller(town)
    _two_tickets(town)
    with client_scope(town.pk):
        first = hand_over(asked(town, who, key="k"), at=NOON)
        break_off(first)
        calling = Other(lambda: call(town, who, key="k"))
        calling.wait_until_blocked()
    second = calling.result()
    assert (second.batch_uuid, second.revision.pk, second.replayed) == (first.batch_uuid, first.revision.pk, True)
    with client_scope(town.pk):
        assert Batch.objects.count() == 1


def test_an_outcome_that_is_written_while_the_next_call_waits_for_it_counts(committed_town: Client) -> None:
    town = committed_town
    who = cast.caller(town)
    _two_tickets(town)
    first = call(town, who)
    break_off(first)
    with client_scope(town.pk):
        arrive(first)
        calling = Other(lambda: call(town, who))
        calling.wait_until_blocked()
    second = calling.result()
    assert (second.batch_uuid != first.batch_uuid, second.count) == (True, 0)
    assert batch_of(first).state == "delivered"


def test_a_claim_in_a_deadlock_goes_on_once_the_other_has_what_it_wanted(committed_town: Client) -> None:
    town = committed_town
    who = cast.caller(town)
    first, second = _two_tickets(town)
    with second_connection(town) as clerk:
        # In another order than that of their ids, as nobody should. PostgreSQL ends the transaction of one of the two.
        clerk.execute("SELECT 1 FROM violation WHERE id = %s FOR UPDATE", [second.pk])
        claiming = Other(lambda: call(town, who))
        claiming.wait_until_blocked()
        with suppress(psycopg.errors.DeadlockDetected):
            clerk.execute("SELECT 1 FROM violation WHERE id = %s FOR UPDATE", [first.pk])
    assert claiming.result().count == 2


@pytest.mark.parametrize(("deadlocks", "goes_on"), [(1, True), (3, True), (4, False)])
def test_a_claim_that_is_ended_by_deadlocks_tries_again_a_few_times(
    committed_town: Client, monkeypatch: pytest.MonkeyPatch, deadlocks: int, *, goes_on: bool
) -> None:
    town = committed_town
    who = cast.caller(town)
    _two_tickets(town)
    left = [OperationalError("deadlock detected")] * deadlocks

    def claim(*arguments: Any, **named: Any) -> Any:
        if left:
            raise left.pop() from psycopg.errors.DeadlockDetected()
        return claim_for_good(*arguments, **named)

    monkeypatch.setattr("curbledger.placements.sending.claim", claim)
    if goes_on:
        assert call(town, who).count == 2
        return
    with pytest.raises(OperationalError):
        call(town, who)
    assert call(town, who).count == 2


def test_one_that_waits_too_long_changes_nothing_and_may_be_made_again(
    committed_town: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = committed_town
    who = cast.caller(town)
    first, _ = _two_tickets(town)
    with second_connection(town) as clerk, monkeypatch.context() as patch:
        patch.setattr("curbledger.placements.handoff.LOCK_SECONDS", 0.001)
        clerk.execute("SELECT 1 FROM violation WHERE id = %s FOR UPDATE", [first.pk])
        with pytest.raises(OperationalError, match="lock timeout"):
            call(town, who)
    assert marked([first]) == [None]
    with client_scope(town.pk):
        assert not Batch.objects.exists()
    assert call(town, who).count == 2


def test_a_commit_whose_answer_was_lost_leaves_the_batch_free(
    committed_town: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = committed_town
    who = cast.caller(town)
    first, _ = _two_tickets(town)
    database: Any = connections["default"]
    commit = database._commit

    def commit_and_break() -> None:
        commit()
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(database, "_commit", commit_and_break)
        with pytest.raises(OperationalError):
            call(town, who)
    assert marked([first]) == [NOON]
    heart()._settle()
    with client_scope(town.pk):
        assert Batch.objects.get().state == "undelivered"
    again = call(town, who)
    assert (again.revision.number, again.count) == (2, 2)


def test_a_commit_that_is_still_being_written_is_waited_for(committed_town: Client) -> None:
    """The connection broke, but the server goes on: whether there is a batch is known when the agency is free."""
    town = committed_town
    who = cast.caller(town)
    _two_tickets(town)
    attempt = uuid.uuid4()
    call_under_way = asked(town, who)
    with client_scope(town.pk):
        batch = Batch.objects.get(pk=hand_over(call_under_way, at=NOON).revision.batch_id)
        Batch.objects.filter(pk=batch.pk).update(attempt=attempt)
        releasing = Other(partial(release, call_under_way, attempt))
        releasing.wait_until_blocked()
        with pytest.raises(OperationalError):
            releasing.result()
    assert _state(town, batch) == "delivering"
    release(call_under_way, attempt)
    assert _state(town, batch) == "undelivered"


def _state(town: Client, batch: Batch) -> str:
    with client_scope(town.pk):
        return Batch.objects.get(pk=batch.pk).state
