"""What two do at once: staff who hand over, agencies who call, clerks who take payments."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict
from curbledger.placements.again import deliver_again
from curbledger.placements.batch import Batch, BatchState, Placement
from curbledger.placements.by_staff import Seen, Way, hand_over_by_staff, settle_file
from curbledger.placements.deliverer import heart
from curbledger.placements.proposal import approve, propose
from curbledger.placements.sending import Handoff
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import NOON, Caller, issue
from tests.placements.handing import arrived, batch_of, call, tickets
from tests.violations.races import Other, second_connection

LATER = NOON + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def alive(committed: str) -> None:
    heart()._touch()


@pytest.fixture
def agency(committed_town: Client) -> Caller:
    with client_scope(committed_town.pk):
        for ticket in "AB":
            issue(committed_town, ticket)
    return cast.caller(committed_town)


def staff(town: Client, who: Caller, way: Way, **how: Any) -> Handoff:
    assert who.agency is not None
    with client_scope(town.pk):
        return hand_over_by_staff(town, who.agency.pk, way=way, at=NOON, by="maud", **how)


def open_placements(town: Client) -> int:
    with client_scope(town.pk):
        return Placement.objects.filter(state="open").count()


def test_of_two_who_hand_over_a_file_at_once_one_has_everything(committed_town: Client, agency: Caller) -> None:
    town = committed_town
    assert agency.agency is not None
    with client_scope(town.pk):
        first = hand_over_by_staff(town, agency.agency.pk, way=Way.FILE, at=NOON, by="maud")
        second = Other(lambda: staff(town, agency, Way.FILE))
        second.wait_until_blocked()
    assert first.count == 2
    with pytest.raises(Conflict):
        second.result()
    assert open_placements(town) == 2


def test_of_two_who_leave_it_for_the_call_at_once_there_is_one_batch(committed_town: Client, agency: Caller) -> None:
    town = committed_town
    assert agency.agency is not None
    with client_scope(town.pk):
        first = hand_over_by_staff(town, agency.agency.pk, way=Way.CALL, at=NOON, by="maud")
        second = Other(lambda: staff(town, agency, Way.CALL))
        second.wait_until_blocked()
    assert second.result().batch_uuid == first.batch_uuid
    assert open_placements(town) == 2


def test_a_call_that_waits_for_staff_takes_up_what_they_left(committed_town: Client, agency: Caller) -> None:
    town = committed_town
    assert agency.agency is not None
    with client_scope(town.pk):
        left = hand_over_by_staff(town, agency.agency.pk, way=Way.CALL, at=NOON, by="maud")
        calling = Other(lambda: call(town, agency))
        calling.wait_until_blocked()
    taken = calling.result()
    assert (taken.batch_uuid, taken.revision.number, tickets(taken)) == (left.batch_uuid, 2, ["A", "B"])


def test_a_call_that_waits_for_a_file_gets_none_of_it(committed_town: Client, agency: Caller) -> None:
    town = committed_town
    assert agency.agency is not None
    with client_scope(town.pk):
        hand_over_by_staff(town, agency.agency.pk, way=Way.FILE, at=NOON, by="maud")
        calling = Other(lambda: call(town, agency))
        calling.wait_until_blocked()
    assert calling.result().count == 0


def test_staff_who_wait_for_a_call_find_nothing_left(committed_town: Client, agency: Caller) -> None:
    """The call holds the agency while it waits for a ticket that a clerk works on."""
    town = committed_town
    with second_connection(town) as clerk:
        clerk.execute("SELECT 1 FROM violation WHERE ticket = 'B' FOR UPDATE")
        calling = Other(lambda: call(town, agency))
        calling.wait_until_blocked()
        handing = Other(lambda: staff(town, agency, Way.FILE))
        handing.wait_until_blocked()
    assert calling.result().count == 2
    with pytest.raises(Conflict):
        handing.result()


def test_a_payment_that_commits_while_an_approval_waits_for_its_ticket_stays_out(
    committed_town: Client, agency: Caller
) -> None:
    town = committed_town
    assert agency.agency is not None
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=NOON, by="maud", second_person=True)
        proposed = propose(town, agency.agency.pk, way=Way.CALL, at=NOON, by="maud")

    def approving() -> Handoff:
        with client_scope(town.pk):
            return approve(town, proposed.pk, seen=Seen(2, Decimal("100.00")), at=LATER, by="neil")

    with client_scope(town.pk):
        record_payment(town, "A", amount=Decimal("50.00"), at=LATER, by="clerk")
        other = Other(approving)
        other.wait_until_blocked()
    assert tickets(other.result()) == ["B"]


def test_of_two_who_approve_at_once_one_does(committed_town: Client, agency: Caller) -> None:
    town = committed_town
    assert agency.agency is not None
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=NOON, by="maud", second_person=True)
        proposed = propose(town, agency.agency.pk, way=Way.FILE, at=NOON, by="maud")

    def approving(by: str) -> Handoff:
        with client_scope(town.pk):
            return approve(town, proposed.pk, seen=Seen(2, Decimal("100.00")), at=LATER, by=by)

    with client_scope(town.pk):
        first = approve(town, proposed.pk, seen=Seen(2, Decimal("100.00")), at=LATER, by="neil")
        second = Other(lambda: approving("olga"))
        second.wait_until_blocked()
    assert first.count == 2
    with pytest.raises(Conflict):
        second.result()
    with client_scope(town.pk):
        assert Batch.objects.count() == 1


def test_of_two_words_about_a_file_at_once_the_first_counts(committed_town: Client, agency: Caller) -> None:
    town = committed_town
    handed = staff(town, agency, Way.FILE)

    def say(arrived: bool) -> None:  # as it is said
        with client_scope(town.pk):
            settle_file(handed.batch_uuid, 1, arrived=arrived, at=LATER, by="maud")

    with client_scope(town.pk):
        settle_file(handed.batch_uuid, 1, arrived=True, at=LATER, by="neil")
        other = Other(lambda: say(False))
        other.wait_until_blocked()
    with pytest.raises(Conflict):
        other.result()
    assert batch_of(handed).state == BatchState.DELIVERED


def test_of_two_who_deliver_again_at_once_one_does(committed_town: Client, agency: Caller) -> None:
    town = committed_town
    first = arrived(town, agency)

    def again() -> None:
        with client_scope(town.pk):
            deliver_again(first.batch_uuid, reason="Lost.", at=LATER, by="neil")

    with client_scope(town.pk):
        deliver_again(first.batch_uuid, reason="Lost.", at=LATER, by="maud")
        other = Other(again)
        other.wait_until_blocked()
    with pytest.raises(Conflict):
        other.result()
    assert call(town, agency).revision.number == 2
