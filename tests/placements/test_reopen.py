"""A batch that did not arrive goes out again as its next revision: what no longer goes leaves, what is new joins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from curbledger.clients.client import Client
from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.placements.batch import Batch, Placement, Revision
from curbledger.placements.deliverer import Deliverer
from curbledger.placements.switch import switch_collections
from curbledger.registry.models import Driver
from curbledger.violations.adjust import adjust_fine
from curbledger.violations.appeal import open_appeal
from curbledger.violations.hold import hold_person, hold_violation, release_hold
from curbledger.violations.payment import record_payment
from curbledger.violations.void import cancel
from tests import cast
from tests.cast import NOON, issue
from tests.placements.handing import (
    arrive,
    arrived,
    batch_of,
    break_off,
    broken,
    call,
    history,
    last_seen,
    marked,
    placement,
    records,
    tickets,
)

LATER = NOON + timedelta(hours=1)
AGAIN = (1, "superseded", "Went out again in the next revision.")
STALE = 10.0


def test_it_goes_out_again_under_the_same_id_as_the_next_revision(town: Client) -> None:
    with client_scope(town.pk):
        issued = issue(town)
    first = broken(town)
    second = call(town, at=LATER)
    assert (second.batch_uuid, second.revision.number, second.count) == (first.batch_uuid, 2, 1)
    assert history(issued) == [AGAIN, (2, "open", None)]
    assert marked([issued]) == [LATER]


def test_it_goes_on_until_it_arrives_and_then_never_again(town: Client) -> None:
    with client_scope(town.pk):
        issued = issue(town)
    attempts = [broken(town) for _ in range(3)]
    last = arrived(town)
    assert last.revision.number == 4
    assert {one.batch_uuid for one in attempts} == {last.batch_uuid}
    assert [state for _, state, _ in history(issued)] == ["superseded"] * 3 + ["open"]
    after = call(town)
    assert (after.batch_uuid != last.batch_uuid, after.count) == (True, 0)


def _pay(town: Client) -> None:
    record_payment(town, "A", amount=Decimal("50.00"), at=LATER, by="clerk")


def _hold(town: Client) -> None:
    hold_violation(town, "A", kind="court", reason="Summons.", at=LATER, by="clerk")


def _hold_person(town: Client) -> None:
    hold_person(town, Driver.objects.get().person_id, kind="bankruptcy", reason="Filed.", at=LATER, by="clerk")


def _appeal(town: Client) -> None:
    open_appeal(town, "A", text="Not my car.", at=LATER)


def _cancel(town: Client) -> None:
    cancel(town, "A", reason="Wrong plate.", at=LATER, by="clerk")


def _adjust_to_nothing(town: Client) -> None:
    adjust_fine(town, "A", amount=Decimal(0), reason="Hearing.", at=LATER, by="judge")


def _raise_the_minimum(town: Client) -> None:
    change_policy(client_id=town.pk, at=LATER, by="clerk", minimum_balance=Decimal("50.01"))


def _switch_off(town: Client) -> None:
    switch_collections(town, on=False)


def _hold_and_appeal(town: Client) -> None:
    _appeal(town)
    _hold(town)


CHANGES = (
    (_pay, "nothing_owed"),
    (_adjust_to_nothing, "nothing_owed"),
    (_hold, "on_hold"),
    (_hold_person, "on_hold"),
    (_appeal, "appeal_open"),
    (_hold_and_appeal, "appeal_open, on_hold"),
    (_cancel, "cancelled"),
    (_raise_the_minimum, "below_minimum"),
    (_switch_off, "collections_off"),
)


@pytest.mark.parametrize(("change", "reason"), CHANGES, ids=[change.__name__ for change, _ in CHANGES])
def test_what_no_longer_goes_leaves_with_the_reason_and_is_free(
    town: Client, change: Callable[[Client], None], reason: str
) -> None:
    with client_scope(town.pk):
        issued = issue(town, "A", vehicle=cast.vehicle(town, None, cast.person(town)))
    broken(town)
    with client_scope(town.pk):
        change(town)
    assert call(town, at=LATER).count == 0
    assert history(issued) == [(1, "withdrawn", reason)]
    assert marked([issued]) == [None]


@pytest.mark.parametrize("change", [_pay, _hold, _appeal])
def test_what_leaves_takes_nobody_along(town: Client, change: Callable[[Client], None]) -> None:
    with client_scope(town.pk):
        issue(town, "A")
        others = [issue(town, ticket) for ticket in ("B", "C")]
    broken(town)
    with client_scope(town.pk):
        change(town)
    second = call(town, at=LATER)
    assert (tickets(second), second.total) == (["B", "C"], Decimal("100.00"))
    assert [history(one) for one in others] == [[AGAIN, (2, "open", None)]] * 2


def test_what_was_paid_in_part_is_placed_with_what_is_left(town: Client) -> None:
    with client_scope(town.pk):
        issued = issue(town, "A")
    broken(town)
    with client_scope(town.pk):
        record_payment(town, "A", amount=Decimal("20.00"), at=LATER, by="clerk")
    assert call(town, at=LATER).total == Decimal("30.00")
    with client_scope(town.pk):
        balances = list(Placement.objects.order_by("id").values_list("balance", flat=True))
    assert balances == [Decimal("50.00"), Decimal("30.00")]
    assert placement(issued).paid == 20


def test_the_policy_in_force_decides_and_is_named(town: Client) -> None:
    with client_scope(town.pk):
        issued = issue(town)
    broken(town)
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=LATER, by="clerk", days_past_due=40)
    assert call(town, at=LATER).count == 1
    assert placement(issued).policy_version == 2


@pytest.mark.usefixtures("slices_of_three", "chunks_of_two")
def test_old_and_new_ones_come_in_the_order_of_their_ids(town: Client) -> None:
    numbers = range(8_000_000, 8_000_012)
    with client_scope(town.pk):
        for number in numbers[::2]:
            issue(town, str(number), id=number)
    first = broken(town)
    with client_scope(town.pk):
        for number in numbers[1::2]:
            issue(town, str(number), id=number)
        record_payment(town, str(numbers[4]), amount=Decimal(50), at=LATER, by="clerk")
    second = call(town, at=LATER)
    assert first.count == 6
    assert tickets(second) == [str(number) for number in numbers if number != numbers[4]]
    assert (second.count, second.total) == (11, Decimal("550.00"))


@pytest.mark.parametrize("old_first", [True, False], ids=["old ones first", "new ones first"])
@pytest.mark.usefixtures("slices_of_three")
def test_no_slice_runs_ahead_of_those_that_stand_between(town: Client, *, old_first: bool) -> None:
    low, high = range(8_100_000, 8_100_007), range(8_200_000, 8_200_007)
    old, new = (low, high) if old_first else (high, low)
    with client_scope(town.pk):
        for number in old:
            issue(town, str(number), id=number)
    broken(town)
    with client_scope(town.pk):
        for number in new:
            issue(town, str(number), id=number)
    second = call(town, at=LATER)
    assert (second.count, tickets(second)) == (14, [str(number) for number in (*low, *high)])


@pytest.mark.usefixtures("slices_of_three")
def test_what_left_may_go_in_a_later_batch(town: Client) -> None:
    with client_scope(town.pk):
        issued = issue(town, "A")
    first = broken(town)
    with client_scope(town.pk):
        held = hold_violation(town, "A", kind="court", reason="Summons.", at=NOON, by="clerk")
    assert arrived(town).batch_uuid == first.batch_uuid
    with client_scope(town.pk):
        release_hold(held.pk, reason="Over.", at=NOON, by="clerk")
    later = call(town)
    assert (later.batch_uuid != first.batch_uuid, tickets(later)) == (True, ["A"])
    assert history(issued) == [(1, "withdrawn", "on_hold"), (1, "open", None)]


def test_what_left_joins_again_while_the_batch_still_breaks(town: Client) -> None:
    with client_scope(town.pk):
        issued = issue(town, "A")
    first = broken(town)
    with client_scope(town.pk):
        held = hold_violation(town, "A", kind="court", reason="Summons.", at=NOON, by="clerk")
    broken(town)
    with client_scope(town.pk):
        release_hold(held.pk, reason="Over.", at=NOON, by="clerk")
    third = call(town)
    assert (third.batch_uuid, third.revision.number, tickets(third)) == (first.batch_uuid, 3, ["A"])
    assert history(issued) == [(1, "withdrawn", "on_hold"), (3, "open", None)]


@pytest.mark.parametrize("state", ["paid", "recalled"])
def test_what_has_ended_meanwhile_is_not_placed_again(town: Client, state: str) -> None:
    with client_scope(town.pk):
        ended = issue(town, "A")
        issue(town, "B")
    broken(town)
    with client_scope(town.pk):
        Placement.objects.filter(violation_id=ended.pk).update(state=state)
    assert tickets(call(town)) == ["B"]
    assert history(ended) == [(1, state, None)]


def test_an_earlier_revision_can_still_be_shown_as_it_was(town: Client) -> None:
    with client_scope(town.pk):
        issue(town, "A")
        issue(town, "B")
    first = broken(town)
    with client_scope(town.pk):
        _pay(town)
    second = call(town)
    assert (tickets(first), tickets(second)) == (["A", "B"], ["B"])
    assert records(first)[0]["Fine"] == 50


def test_one_under_way_is_left_alone_and_what_is_new_goes_in_another(town: Client) -> None:
    with client_scope(town.pk):
        issue(town, "A")
    first = call(town)
    with client_scope(town.pk):
        issue(town, "B")
    second = call(town)
    assert second.batch_uuid != first.batch_uuid
    assert (second.revision.number, tickets(second)) == (1, ["B"])


@pytest.mark.parametrize(("seconds_ago", "taken_up"), [(0.0, False), (STALE - 5, False), (STALE + 5, True)])
def test_a_process_that_shows_no_life_loses_its_batch(
    town: Client, configure: Callable[..., None], seconds_ago: float, *, taken_up: bool
) -> None:
    configure(deliverer_stale=STALE)
    with client_scope(town.pk):
        issue(town)
    first = call(town)
    last_seen(first, seconds_ago=seconds_ago)
    second = call(town)
    assert (second.batch_uuid == first.batch_uuid, second.count) == (taken_up, int(taken_up))
    with client_scope(town.pk):
        outcome = Revision.objects.get(pk=first.revision.pk).outcome
    assert outcome == ("undelivered: the server process ended" if taken_up else None)


def test_a_process_that_ended_in_order_leaves_its_batch_at_once(town: Client) -> None:
    with client_scope(town.pk):
        issue(town)
    first = call(town)
    last_seen(first, seconds_ago=0)
    Deliverer.objects.filter(host="elsewhere").delete()
    assert call(town).batch_uuid == first.batch_uuid


def test_a_process_that_was_taken_for_dead_writes_no_outcome(town: Client) -> None:
    with client_scope(town.pk):
        issue(town)
    first = call(town)
    last_seen(first, seconds_ago=10**6)
    second = call(town)
    arrive(first)
    assert batch_of(second).state == "delivering"
    break_off(second)
    assert batch_of(second).state == "undelivered"


def test_the_oldest_of_several_goes_first_and_each_comes_in_turn(town: Client) -> None:
    who = cast.caller(town)
    handoffs = []
    for ticket in ("A", "B"):
        with client_scope(town.pk):
            issue(town, ticket)
        handoffs.append(call(town, who))
    for handoff in reversed(handoffs):
        break_off(handoff)
    with client_scope(town.pk):
        issue(town, "C")
    one, two, three = (arrived(town, who) for _ in range(3))
    assert [one.batch_uuid, two.batch_uuid] == [handoff.batch_uuid for handoff in handoffs]
    assert [tickets(one), tickets(two), tickets(three)] == [["A", "C"], ["B"], []]


def test_another_client_takes_up_nothing_of_it(town: Client, campus: Client) -> None:
    with client_scope(town.pk):
        issue(town)
    first = broken(town)
    assert call(campus).count == 0
    assert batch_of(first).state == "undelivered"
    with client_scope(campus.pk):
        assert not Batch.objects.filter(uuid=first.batch_uuid).exists()
