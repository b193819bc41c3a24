"""Idempotency-Key: the same call again gets the same bytes for a day, unless they never arrived and would be wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import KeyReused, StillRunning
from curbledger.placements.agency import AgencyCategory, AgencyToken
from curbledger.placements.batch import Batch, Placement
from curbledger.placements.idempotency import IdempotencyKey
from curbledger.placements.switch import switch_collections
from curbledger.violations.hold import hold_violation
from curbledger.violations.models import Category
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import NOON, Caller, issue
from tests.placements.handing import arrive, arrived, batch_of, body, broken, call, history, last_seen, tickets


@pytest.fixture
def who(town: Client) -> Caller:
    """The agency's token; tickets A and B are overdue."""
    with client_scope(town.pk):
        for ticket in ("A", "B"):
            issue(town, ticket)
    return cast.caller(town)


def _batches(town: Client) -> int:
    with client_scope(town.pk):
        return Batch.objects.count()


def _make_older(town: Client, age: timedelta) -> None:
    with client_scope(town.pk):
        for key in IdempotencyKey.objects.all():
            key.created_at -= age
            key.save()


def test_the_same_key_gets_the_same_bytes_and_says_so(town: Client, who: Caller) -> None:
    first = arrived(town, who, key="k")
    second = call(town, who, key="k")
    assert (first.replayed, second.replayed) == (False, True)
    assert (second.batch_uuid, second.count, second.total) == (first.batch_uuid, first.count, first.total)
    assert body(second) == body(first)
    assert _batches(town) == 1


def test_what_arrived_is_repeated_whatever_became_of_it_since(town: Client, who: Caller) -> None:
    first = arrived(town, who, key="k")
    with client_scope(town.pk):
        record_payment(town, "A", amount=Decimal(50), at=NOON, by="clerk")
        switch_collections(town, on=False)
    second = call(town, who, key="k")
    assert body(second) == body(first)
    assert second.attempt is None
    assert batch_of(second).state == "delivered"


def test_an_empty_answer_is_repeated_too(town: Client, who: Caller) -> None:
    arrived(town, who)
    first = arrived(town, who, key="k")
    with client_scope(town.pk):
        issue(town, "C")
    second = call(town, who, key="k")
    assert (first.count, body(second)) == (0, body(first))
    assert tickets(call(town, who)) == ["C"]


def test_another_key_is_another_call(town: Client, who: Caller) -> None:
    first, second = arrived(town, who, key="k"), arrived(town, who, key="K")
    assert (second.replayed, second.count) == (False, 0)
    assert first.batch_uuid != second.batch_uuid


def test_another_token_may_use_the_same_key(town: Client, who: Caller) -> None:
    arrived(town, who, key="k")
    second = call(town, cast.caller(town), key="k")
    assert (second.replayed, second.count) == (False, 0)


def test_a_neighbour_may_use_the_same_key(town: Client, campus: Client, who: Caller) -> None:
    arrived(town, who, key="k")
    assert call(campus, key="k").replayed is False


def test_the_same_key_with_another_body_is_refused_and_changes_nothing(town: Client, who: Caller) -> None:
    first = arrived(town, who, key="k")
    with pytest.raises(KeyReused):
        call(town, who, key="k", fingerprint="another")
    assert body(call(town, who, key="k")) == body(first)
    assert _batches(town) == 1


def test_while_the_first_call_runs_the_second_is_told_so(town: Client, who: Caller) -> None:
    first = call(town, who, key="k")
    with pytest.raises(StillRunning):
        call(town, who, key="k")
    assert batch_of(first).attempt == first.attempt
    arrive(first)
    assert call(town, who, key="k").replayed


@pytest.mark.parametrize(("seconds_ago", "runs"), [(5.0, True), (15.0, False)])
def test_a_first_call_whose_process_died_does_not_run(
    town: Client, who: Caller, configure: Callable[..., None], seconds_ago: float, *, runs: bool
) -> None:
    configure(deliverer_stale=10.0)
    first = call(town, who, key="k")
    last_seen(first, seconds_ago=seconds_ago)
    if runs:
        with pytest.raises(StillRunning):
            call(town, who, key="k")
        return
    second = call(town, who, key="k")
    assert (second.revision.pk, second.replayed) == (first.revision.pk, True)


def test_what_broke_is_repeated_and_may_arrive_by_that(town: Client, who: Caller) -> None:
    first = broken(town, who, key="k")
    second = call(town, who, key="k")
    assert (second.revision.pk, second.replayed) == (first.revision.pk, True)
    assert second.attempt not in {None, first.attempt}
    assert body(second) == body(first)
    arrive(second)
    assert batch_of(second).state == "delivered"
    assert call(town, who).count == 0


def _pay(town: Client) -> None:
    record_payment(town, "B", amount=Decimal(50), at=NOON, by="clerk")


def _pay_a_part(town: Client) -> None:
    record_payment(town, "B", amount=Decimal(20), at=NOON, by="clerk")


def _hold(town: Client) -> None:
    hold_violation(town, "B", kind="court", reason="Summons.", at=NOON, by="clerk")


def _switch_off(town: Client) -> None:
    switch_collections(town, on=False)


@pytest.mark.parametrize(
    ("change", "goes", "total"),
    [
        (_pay, ["A"], Decimal("50.00")),
        (_pay_a_part, ["A", "B"], Decimal("80.00")),
        (_hold, ["A"], Decimal("50.00")),
        (_switch_off, [], Decimal("0.00")),
    ],
)
def test_what_broke_and_would_be_wrong_now_comes_as_the_next_revision(
    town: Client, who: Caller, change: Callable[[Client], None], goes: list[str], total: Decimal
) -> None:
    first = broken(town, who, key="k")
    with client_scope(town.pk):
        change(town)
    second = call(town, who, key="k")
    assert (second.batch_uuid, second.revision.number, second.replayed) == (first.batch_uuid, 2, False)
    assert (tickets(second), second.total) == (goes, total)


def test_what_another_agency_is_to_have_now_makes_it_wrong(town: Client) -> None:
    near, far = cast.caller(town, agency="Near"), cast.caller(town, agency="Far")
    with client_scope(town.pk):
        category = Category.objects.create(client_id=town.pk, name="Private")
        moved = issue(town, "MOVED", category=category)
        issue(town, "STAYS")
    broken(town, near, key="k")
    with client_scope(town.pk):
        assert far.agency is not None
        AgencyCategory.objects.create(client_id=town.pk, agency=far.agency, category=category)
    second = call(town, near, key="k")
    assert (second.revision.number, tickets(second)) == (2, ["STAYS"])
    assert history(moved) == [(1, "withdrawn", "another_agency")]


def test_what_was_recalled_makes_it_wrong(town: Client, who: Caller) -> None:
    broken(town, who, key="k")
    with client_scope(town.pk):
        Placement.objects.filter(violation__ticket="B").update(state="recalled")
    second = call(town, who, key="k")
    assert (second.revision.number, tickets(second)) == (2, ["A"])


def test_a_token_that_collects_for_another_agency_now_is_shown_what_it_had_and_takes_nothing(town: Client) -> None:
    near, far = cast.caller(town, agency="Near"), cast.caller(town, agency="Far")
    with client_scope(town.pk):
        issue(town, "A")
    first = broken(town, near, key="k")
    with client_scope(town.pk):
        assert far.agency is not None
        AgencyToken.objects.filter(token_id=near.token_id).update(agency_id=far.agency.pk)
        issue(town, "B")
    again = call(town, near, key="k")
    assert (again.revision.pk, again.attempt, tickets(again)) == (first.revision.pk, None, ["A"])
    assert batch_of(first).state == "undelivered"
    assert tickets(call(town, near)) == ["B"]


def test_the_key_then_stands_for_the_next_revision(town: Client, who: Caller) -> None:
    broken(town, who, key="k")
    with client_scope(town.pk):
        _pay(town)
    second = arrived(town, who, key="k")
    third = call(town, who, key="k")
    assert (third.revision.pk, third.replayed, third.attempt) == (second.revision.pk, True, None)
    assert body(third) == body(second)


def test_what_became_overdue_since_does_not_make_it_wrong(town: Client, who: Caller) -> None:
    first = broken(town, who, key="k")
    with client_scope(town.pk):
        new = issue(town, "C")
    second = arrived(town, who, key="k")
    assert (second.revision.pk, tickets(second)) == (first.revision.pk, ["A", "B"])
    assert history(new) == []
    assert tickets(call(town, who)) == ["C"]


def test_a_revision_that_another_call_has_replaced_is_shown_and_changes_nothing(town: Client, who: Caller) -> None:
    first = broken(town, who, key="k")
    newer = call(town, who)
    older = call(town, who, key="k")
    assert (newer.revision.number, older.revision.number) == (2, 1)
    assert (older.attempt, older.replayed, body(older)) == (None, True, body(first))
    arrive(older)
    assert batch_of(newer).state == "delivering"


@pytest.mark.parametrize(("age", "kept"), [(timedelta(hours=23, minutes=59), True), (timedelta(hours=24), False)])
def test_a_key_is_kept_for_a_day(town: Client, who: Caller, age: timedelta, *, kept: bool) -> None:
    first = arrived(town, who, key="k")
    _make_older(town, age)
    second = call(town, who, key="k")
    assert (second.replayed, second.count) == (kept, first.count if kept else 0)


def test_old_keys_that_are_never_used_again_are_forgotten_too(town: Client, who: Caller) -> None:
    for key in ("one", "two"):
        arrived(town, who, key=key)
    _make_older(town, timedelta(days=2))
    arrived(town, who, key="three")
    with client_scope(town.pk):
        assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["three"]


def test_a_claim_that_failed_leaves_its_key_free(town: Client, who: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr("curbledger.placements.sending.claim", fail)
        with pytest.raises(OperationalError):
            call(town, who, key="k", fingerprint="one")
    assert call(town, who, key="k", fingerprint="another").count == 2
