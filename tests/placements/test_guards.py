"""What stops a handoff until somebody says why it goes all the same."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.errors import Invalid
from curbledger.placements.alarm_words import what_is_wrong
from curbledger.placements.alarms import alarms
from curbledger.placements.batch import Batch, Revision
from curbledger.placements.by_staff import Way, hand_over_by_staff
from curbledger.placements.guards import (
    OVERRIDE_LASTS,
    Guard,
    GuardTripped,
    Override,
    Refused,
    allow_next_call,
    open_refusals,
)
from curbledger.placements.sending import Handoff
from curbledger.violations.ledger import Payment
from curbledger.violations.models import Violation
from curbledger.violations.payment import record_payment
from curbledger.wire import collections
from tests import cast
from tests.cast import NOON, Caller, issue
from tests.placements.calling import Agency as Line
from tests.placements.calling import ask, untouched
from tests.placements.handing import arrive, arrived, break_off, call

HOUR = timedelta(hours=1)


@pytest.fixture
def agency(town: Client) -> Caller:
    return cast.caller(town)


def policy(town: Client, **changes: Any) -> None:
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=NOON, by="maud", **changes)


def tickets(town: Client, count: int = 1, fine: str = "50.00") -> None:
    with client_scope(town.pk):
        for _ in range(count):
            issue(town, fine=Decimal(fine))


def paid_at(town: Client, moment: Any) -> None:
    """A payment was recorded then, on a ticket that owes nothing more."""
    with client_scope(town.pk):
        record_payment(town, issue(town).ticket, amount=Decimal("50.00"), at=NOON, by="clerk")
        Payment.objects.update(created_at=moment)


def staff(town: Client, who: Caller, **how: Any) -> Handoff:
    assert who.agency is not None
    with client_scope(town.pk):
        return hand_over_by_staff(town, who.agency.pk, way=Way.CALL, at=NOON, by="maud", **how)


def overrides(town: Client) -> list[tuple[str, str, str, bool]]:
    with client_scope(town.pk):
        return [(one.guard, one.reason, one.given_by, one.batch_id is not None) for one in Override.objects.all()]


class TestPayments:
    def test_it_is_off_unless_the_policy_sets_it(self, town: Client, agency: Caller) -> None:
        tickets(town)
        paid_at(town, NOON - 1000 * HOUR)
        assert call(town, agency).count == 1

    @pytest.mark.parametrize(("since", "goes"), [(timedelta(0), True), (timedelta(microseconds=1), False)])
    def test_it_stops_a_call_past_its_hours_and_not_before(
        self, town: Client, agency: Caller, since: timedelta, goes: bool
    ) -> None:
        tickets(town)
        paid_at(town, NOON - 24 * HOUR - since)
        policy(town, guard_payment_hours=24)
        if goes:
            assert call(town, agency).count == 1
            return
        with pytest.raises(GuardTripped):
            call(town, agency)
        assert untouched(town)

    def test_before_the_first_payment_the_hours_count_from_the_clients_day(self, town: Client, agency: Caller) -> None:
        tickets(town)
        policy(town, guard_payment_hours=24)
        assert call(town, agency, at=NOON + 24 * HOUR).count == 1
        with pytest.raises(GuardTripped):
            call(town, agency, at=NOON + 25 * HOUR)

    def test_it_stops_staff_until_they_say_why(self, town: Client, agency: Caller) -> None:
        tickets(town)
        paid_at(town, NOON - 25 * HOUR)
        policy(town, guard_payment_hours=24)
        with pytest.raises(GuardTripped, match="24 h"):
            staff(town, agency)
        assert overrides(town) == []
        assert untouched(town)
        assert staff(town, agency, override="The bank is closed.").count == 1
        assert overrides(town) == [("payments", "The bank is closed.", "maud", True)]

    def test_an_override_where_nothing_stops_leaves_no_trace(self, town: Client, agency: Caller) -> None:
        tickets(town)
        policy(town, guard_payment_hours=24)
        staff(town, agency, override="To be sure.")
        assert overrides(town) == []

    def test_a_repeated_key_delivers_nothing_old_either(self, town: Client, agency: Caller) -> None:
        tickets(town)
        policy(town, guard_payment_hours=24)
        break_off(call(town, agency, key="k"))
        with pytest.raises(GuardTripped):
            call(town, agency, key="k", at=NOON + 25 * HOUR)


class TestUnusual:
    @pytest.fixture(autouse=True)
    def past(self, town: Client, agency: Caller) -> None:
        """Three batches of two tickets each, 100.00 together."""
        for _ in range(3):
            tickets(town, 2)
            arrived(town, agency)
        policy(town, guard_factor=Decimal("2.0"))

    def test_as_many_times_the_usual_as_the_policy_says_still_goes(self, town: Client, agency: Caller) -> None:
        tickets(town, 4)
        assert call(town, agency).count == 4

    def test_more_is_refused_and_changes_nothing(self, town: Client, agency: Caller) -> None:
        tickets(town, 5, fine="1.00")
        with pytest.raises(GuardTripped, match=r"far from the usual 2, 100\.00"):
            call(town, agency)
        with client_scope(town.pk):
            assert Batch.objects.count() == 3
            assert Violation.objects.filter(sent_at__isnull=True).count() == 5

    def test_a_total_is_looked_at_as_the_count_is(self, town: Client, agency: Caller) -> None:
        tickets(town, 1, fine="200.01")
        with pytest.raises(GuardTripped):
            call(town, agency)

    def test_few_stop_staff_alone(self, town: Client, agency: Caller) -> None:
        tickets(town, 1, fine="49.99")
        with pytest.raises(GuardTripped):
            staff(town, agency)
        assert call(town, agency).count == 1

    def test_few_at_the_limit_go(self, town: Client, agency: Caller) -> None:
        tickets(town, 1)
        assert staff(town, agency).count == 1

    def test_nothing_at_all_is_no_reason_to_refuse_a_call(self, town: Client, agency: Caller) -> None:
        assert call(town, agency).count == 0

    def test_another_agencys_batches_say_nothing(self, town: Client, agency: Caller) -> None:
        tickets(town, 5)
        assert call(town, cast.caller(town, agency="Another")).count == 5

    def test_two_batches_make_nothing_usual(self, town: Client, agency: Caller) -> None:
        with client_scope(town.pk):
            Revision.objects.filter(batch_id=Batch.objects.earliest("pk").pk).update(record_count=0)
        tickets(town, 5)
        assert call(town, agency).count == 5


class TestOnTheWire:
    @pytest.fixture(autouse=True)
    def stale(self, town: Client, agency: Caller) -> None:
        tickets(town)
        paid_at(town, NOON - 1000 * HOUR)
        policy(town, guard_payment_hours=24)

    def allow(self, town: Client, who: Caller, at: Any = NOON) -> None:
        assert who.agency is not None
        with client_scope(town.pk):
            allow_next_call(who.agency, Guard.PAYMENTS, reason="The bank is closed.", at=at, by="maud")

    def refused(self, town: Client, who: Caller, at: Any = NOON) -> None:
        with pytest.raises(GuardTripped):
            call(town, who, at=at)

    def test_a_call_is_refused_in_the_words_of_the_contract(
        self, town: Client, agency: Caller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        line = Line()
        monkeypatch.setattr(collections, "peer_of", lambda _environ: line)
        answer = ask(line, {"apiToken": agency.secret})
        assert (answer.status_code, answer.content) == (
            503,
            b'{"ErrorCode":9099,"ErrorMessage":"The request could not be completed; nothing was changed."}',
        )
        assert untouched(town)

    def test_it_is_an_alarm_until_something_goes_through(self, town: Client, agency: Caller) -> None:
        for _ in range(2):
            self.refused(town, agency)
        with client_scope(town.pk):
            assert Refused.objects.get().times == 2
            said = [what_is_wrong(one) for one in alarms(town, at=NOON) if one.kind == "refused"]
        assert [one.startswith("A guard refuses the calls of Collections") for one in said] == [True]
        policy(town, guard_payment_hours=None)
        arrived(town, agency, at=NOON + HOUR)
        with client_scope(town.pk):
            assert not [one for one in alarms(town, at=NOON + HOUR) if one.kind == "refused"]

    def test_a_refusal_after_something_went_through_counts_anew(self, town: Client, agency: Caller) -> None:
        self.refused(town, agency)
        self.refused(town, agency, at=NOON + HOUR)
        with client_scope(town.pk):
            assert Refused.objects.get().times == 2
        policy(town, guard_payment_hours=None)
        arrived(town, agency, at=NOON + 2 * HOUR)
        policy(town, guard_payment_hours=24)
        self.refused(town, agency, at=NOON + 3 * HOUR)
        with client_scope(town.pk):
            again = Refused.objects.get()
        assert (again.times, again.first_at) == (1, NOON + 3 * HOUR)

    def test_staff_let_the_next_call_through_and_no_other(self, town: Client, agency: Caller) -> None:
        self.refused(town, agency)
        self.allow(town, agency, NOON + HOUR)
        with client_scope(town.pk):
            assert open_refusals(at=NOON + HOUR) == []
        assert arrived(town, agency, at=NOON + 2 * HOUR).count == 1
        assert overrides(town) == [("payments", "The bank is closed.", "maud", True)]
        tickets(town)
        self.refused(town, agency, at=NOON + 3 * HOUR)

    def test_the_batch_that_it_let_go_goes_again_where_it_broke(self, town: Client, agency: Caller) -> None:
        self.allow(town, agency)
        first = call(town, agency)
        break_off(first)
        again = call(town, agency)
        assert (again.batch_uuid, again.revision.number) == (first.batch_uuid, 2)
        arrive(again)

    def test_what_staff_handed_over_all_the_same_is_taken_by_the_call(self, town: Client, agency: Caller) -> None:
        left = staff(town, agency, override="The bank is closed.")
        assert call(town, agency).batch_uuid == left.batch_uuid

    def test_it_lapses(self, town: Client, agency: Caller) -> None:
        self.allow(town, agency)
        self.refused(town, agency, at=NOON + OVERRIDE_LASTS + timedelta(seconds=1))
        assert arrived(town, agency, at=NOON + OVERRIDE_LASTS).count == 1

    def test_it_is_for_that_agency_and_guard(self, town: Client, agency: Caller) -> None:
        assert agency.agency is not None
        self.allow(town, cast.caller(town, agency="Another"))
        with client_scope(town.pk):
            allow_next_call(agency.agency, Guard.UNUSUAL, reason="x", at=NOON, by="maud")
        self.refused(town, agency)

    def test_a_reason_is_needed(self, town: Client, agency: Caller) -> None:
        assert agency.agency is not None
        with client_scope(town.pk), pytest.raises(Invalid):
            allow_next_call(agency.agency, Guard.PAYMENTS, reason=" ", at=NOON, by="maud")
