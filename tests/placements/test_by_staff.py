"""Staff hand over: left for the agency's call, or as a file; by the same claim, never lost and never twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, Invalid, NotFound
from curbledger.placements import chunks
from curbledger.placements.again import deliver_again
from curbledger.placements.agency import Agency
from curbledger.placements.batch import Batch, BatchState, Revision
from curbledger.placements.by_staff import Way, hand_over_by_staff, settle_file
from curbledger.placements.deliver import settle
from curbledger.placements.printer import printer
from curbledger.placements.sending import Handoff
from curbledger.placements.switch import switch_collections
from curbledger.violations.hold import hold_violation
from curbledger.violations.models import Violation
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import NOON, Caller, issue
from tests.placements.handing import arrive, arrived, batch_of, body, broken, call, history, tickets

LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def agency(town: Client) -> Caller:
    return cast.caller(town)


@pytest.fixture
def two(town: Client) -> list[Violation]:
    with client_scope(town.pk):
        return [issue(town, "A"), issue(town, "B", fine=Decimal("30.00"))]


def staff(town: Client, who: Caller, way: Way = Way.CALL, **how: Any) -> Handoff:
    assert who.agency is not None
    with client_scope(town.pk):
        return hand_over_by_staff(town, who.agency.pk, way=way, at=NOON, by="maud", **how)


def said(town: Client, handoff: Handoff, *, arrived: bool = True) -> None:
    with client_scope(town.pk):
        settle_file(handoff.batch_uuid, handoff.revision.number, arrived=arrived, at=LATER, by="maud")


def pay(town: Client, ticket: str) -> None:
    with client_scope(town.pk):
        record_payment(town, ticket, amount=Decimal("50.00"), at=LATER, by="clerk")


class TestLeftForTheCall:
    def test_the_next_call_brings_it_as_its_next_revision(
        self, town: Client, agency: Caller, two: list[Violation]
    ) -> None:
        left = staff(town, agency)
        assert (left.count, left.total) == (2, Decimal("80.00"))
        assert batch_of(left).state == BatchState.UNDELIVERED
        taken = call(town, agency)
        assert (taken.batch_uuid, taken.revision.number, tickets(taken)) == (left.batch_uuid, 2, ["A", "B"])

    def test_who_did_it_is_kept_with_its_revision(self, town: Client, agency: Caller, two: list[Violation]) -> None:
        left = staff(town, agency)
        call(town, agency)
        with client_scope(town.pk):
            first, second = Revision.objects.order_by("number")
        assert (first.handed_over_by, first.token_name, first.ended_by) == ("maud", "", "maud")
        assert first.outcome == "undelivered: left for the agency's next call"
        assert (second.handed_over_by, second.token_name) == ("", "nightly")
        assert left.revision.pk == first.pk

    def test_what_was_paid_meanwhile_is_not_in_the_call(
        self, town: Client, agency: Caller, two: list[Violation]
    ) -> None:
        staff(town, agency)
        pay(town, "A")
        assert tickets(call(town, agency, at=LATER)) == ["B"]

    def test_a_batch_that_broke_goes_with_it(self, town: Client, agency: Caller, two: list[Violation]) -> None:
        first = broken(town, agency)
        again = staff(town, agency)
        assert (again.batch_uuid, again.revision.number) == (first.batch_uuid, 2)


class TestAsAFile:
    def test_no_call_takes_it_up_while_it_awaits_somebodys_word(
        self, town: Client, agency: Caller, two: list[Violation]
    ) -> None:
        handed = staff(town, agency, Way.FILE)
        with client_scope(town.pk):
            issue(town, "C")
        other = call(town, agency)
        assert (tickets(other), other.batch_uuid != handed.batch_uuid) == (["C"], True)
        assert batch_of(handed).state == BatchState.AWAITING

    def test_it_is_delivered_when_somebody_says_that_it_arrived(
        self, town: Client, agency: Caller, two: list[Violation]
    ) -> None:
        handed = staff(town, agency, Way.FILE)
        first = body(handed)
        said(town, handed)
        found = batch_of(handed)
        assert (found.state, found.delivered_at) == (BatchState.DELIVERED, LATER)
        assert body(handed) == first
        assert call(town, agency).count == 0

    def test_one_that_did_not_arrive_comes_with_the_next_call_and_without_what_was_paid(
        self, town: Client, agency: Caller, two: list[Violation]
    ) -> None:
        handed = staff(town, agency, Way.FILE)
        said(town, handed, arrived=False)
        pay(town, "A")
        taken = call(town, agency, at=LATER)
        assert (taken.batch_uuid, taken.revision.number, tickets(taken)) == (handed.batch_uuid, 2, ["B"])

    def test_of_two_words_the_first_counts(self, town: Client, agency: Caller, two: list[Violation]) -> None:
        handed = staff(town, agency, Way.FILE)
        said(town, handed, arrived=False)
        with pytest.raises(Conflict):
            said(town, handed)
        assert batch_of(handed).state == BatchState.UNDELIVERED

    def test_a_word_about_an_older_revision_is_refused(
        self, town: Client, agency: Caller, two: list[Violation]
    ) -> None:
        older = staff(town, agency, Way.FILE)
        said(town, older, arrived=False)
        newer = staff(town, agency, Way.FILE)
        assert newer.revision.number == 2
        with pytest.raises(Conflict):
            said(town, older)
        said(town, newer)

    def test_a_batch_that_is_not_there_is_said_so(self, town: Client, campus: Client, agency: Caller) -> None:
        with client_scope(town.pk):
            issue(town)
        handed = staff(town, agency, Way.FILE)
        with client_scope(campus.pk), pytest.raises(NotFound):
            settle_file(handed.batch_uuid, 1, arrived=True, at=LATER, by="maud")


class TestRefusals:
    @pytest.mark.parametrize("way", list(Way))
    def test_nothing_to_hand_over_leaves_no_batch(self, town: Client, agency: Caller, way: Way) -> None:
        with pytest.raises(Conflict):
            staff(town, agency, way)
        with client_scope(town.pk):
            assert not Batch.objects.exists()

    def test_a_client_that_is_switched_off_hands_nothing_over(
        self, town: Client, agency: Caller, two: list[Violation]
    ) -> None:
        with client_scope(town.pk):
            switch_collections(town, on=False)
        with pytest.raises(Conflict):
            staff(town, agency)

    def test_another_clients_agency_is_not_there(self, town: Client, campus: Client, agency: Caller) -> None:
        assert agency.agency is not None
        with client_scope(campus.pk), pytest.raises(NotFound):
            hand_over_by_staff(campus, agency.agency.pk, way=Way.CALL, at=NOON, by="maud")

    def test_a_record_that_cannot_be_printed_is_set_aside_and_the_rest_goes(
        self, town: Client, agency: Caller, two: list[Violation], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = printer()

        def fragile(revision: int, ids: Any) -> bytes:
            if two[0].pk in ids:
                raise ValueError("no")
            return whole(revision, ids)

        monkeypatch.setattr(chunks, "printer", lambda: fragile)
        assert tickets(staff(town, agency)) == ["B"]
        with client_scope(town.pk):
            assert Violation.objects.get(ticket="A").hold_count == 1

    def test_only_what_is_kept_for_the_agency_goes_to_it(self, town: Client, agency: Caller) -> None:
        with client_scope(town.pk):
            issue(town)
            strict = Agency.objects.create(client_id=town.pk, name="Strict", assigned_only=True, created_at=NOON)
            with pytest.raises(Conflict):
                hand_over_by_staff(town, strict.pk, way=Way.CALL, at=NOON, by="maud")


class TestDeliverAgain:
    def again(self, town: Client, handoff: Handoff, reason: str = "Their disk failed.") -> None:
        with client_scope(town.pk):
            deliver_again(handoff.batch_uuid, reason=reason, at=LATER, by="maud")

    def test_the_next_call_brings_the_same_batch(self, town: Client, agency: Caller, two: list[Violation]) -> None:
        first = arrived(town, agency)
        self.again(town, first)
        taken = call(town, agency, at=LATER)
        assert (taken.batch_uuid, taken.revision.number, tickets(taken)) == (first.batch_uuid, 2, ["A", "B"])
        with client_scope(town.pk):
            lost = Revision.objects.get(number=1)
        assert (lost.reopened_by, lost.reopened_reason) == ("maud", "Their disk failed.")
        assert lost.outcome is not None
        assert lost.outcome.startswith("delivered")

    def test_without_what_was_paid_or_held_and_with_what_is_new(
        self, town: Client, agency: Caller, two: list[Violation]
    ) -> None:
        first = arrived(town, agency)
        pay(town, "A")
        with client_scope(town.pk):
            issue(town, "C")
            hold_violation(town, "B", kind="court", reason="x", at=LATER, by="maud")
        self.again(town, first)
        assert tickets(call(town, agency, at=LATER)) == ["C"]
        assert [state for _, state, _ in history(two[0])] == ["withdrawn"]

    def test_whoever_delivered_it_before_cannot_write_on(
        self, town: Client, agency: Caller, two: list[Violation]
    ) -> None:
        first = arrived(town, agency)
        self.again(town, first)
        arrive(first)
        settle(first, BatchState.DELIVERED, "late")
        assert batch_of(first).state == BatchState.UNDELIVERED

    def test_the_same_key_brings_the_same_bytes_and_delivers_them(
        self, town: Client, agency: Caller, two: list[Violation]
    ) -> None:
        first = arrived(town, agency, key="k")
        self.again(town, first)
        again = call(town, agency, key="k")
        assert (again.replayed, body(again)) == (True, body(first))
        arrive(again)
        assert batch_of(first).state == BatchState.DELIVERED

    def test_one_that_waits_anyway_is_refused(self, town: Client, agency: Caller, two: list[Violation]) -> None:
        first = broken(town, agency)
        with pytest.raises(Conflict):
            self.again(town, first)

    def test_twice_is_once(self, town: Client, agency: Caller, two: list[Violation]) -> None:
        first = arrived(town, agency)
        self.again(town, first)
        with pytest.raises(Conflict):
            self.again(town, first)

    @pytest.mark.parametrize("reason", [" ", "x" * 401])
    def test_a_reason_is_needed_and_has_an_end(
        self, town: Client, agency: Caller, two: list[Violation], reason: str
    ) -> None:
        first = arrived(town, agency)
        with pytest.raises(Invalid):
            self.again(town, first, reason)

    def test_what_another_system_sent_was_never_here(self, town: Client, agency: Caller, two: list[Violation]) -> None:
        first = arrived(town, agency)
        with client_scope(town.pk):
            Revision.objects.update(tail=b"")
        with pytest.raises(Conflict):
            self.again(town, first)
