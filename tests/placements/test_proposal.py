"""One person proposes a handoff, another approves it and sees what has changed since."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from curbledger.clients.client import Client
from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.errors import AccessRefused, Conflict, NotFound
from curbledger.placements import claim, proposal
from curbledger.placements.batch import Batch, BatchState
from curbledger.placements.by_staff import NeedsSecondPerson, Seen, Way, hand_over_by_staff
from curbledger.placements.preview import preview
from curbledger.placements.proposal import Changes, Proposal, approve, changes_since, drop, find_proposal, propose
from curbledger.placements.sending import Handoff
from curbledger.violations.adjust import adjust_fine
from curbledger.violations.models import Violation
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import NOON, Caller, issue
from tests.placements.handing import arrived, batch_of, broken, call, tickets

LATER = NOON + timedelta(hours=2)


@pytest.fixture
def agency(town: Client) -> Caller:
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=NOON, by="maud", second_person=True)
    return cast.caller(town)


@pytest.fixture
def three(town: Client) -> list[Violation]:
    with client_scope(town.pk):
        return [issue(town, ticket) for ticket in "ABC"]


def proposed(town: Client, who: Caller, way: Way = Way.CALL, by: str = "maud") -> Proposal:
    assert who.agency is not None
    with client_scope(town.pk):
        return propose(town, who.agency.pk, way=way, at=NOON, by=by)


def changed(town: Client, one: Proposal) -> Changes:
    with client_scope(town.pk):
        return changes_since(town, find_proposal(one.pk), at=LATER)


def approved(town: Client, one: Proposal, by: str = "neil", seen: Seen | None = None) -> Handoff:
    with client_scope(town.pk):
        now = changes_since(town, find_proposal(one.pk), at=LATER).now
        return approve(town, one.pk, seen=seen or Seen(now.count, now.total), at=LATER, by=by)


class TestProposing:
    def test_it_keeps_who_when_how_much_and_which(
        self, town: Client, agency: Caller, three: list[Violation], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(proposal, "SLICE", 2)
        monkeypatch.setattr(claim, "SLICE", 2)
        one = proposed(town, agency)
        assert (one.count, one.total, one.proposed_by, one.proposed_at) == (3, Decimal("150.00"), "maud", NOON)
        assert changed(town, one).none
        with client_scope(town.pk):
            assert not Batch.objects.exists()

    def test_there_is_one_for_an_agency(self, town: Client, agency: Caller, three: list[Violation]) -> None:
        proposed(town, agency)
        with pytest.raises(Conflict):
            proposed(town, agency, by="neil")
        proposed(town, cast.caller(town, agency="Another"))

    def test_nothing_is_not_proposed(self, town: Client, agency: Caller) -> None:
        with pytest.raises(Conflict):
            proposed(town, agency)
        with client_scope(town.pk):
            assert not Proposal.objects.exists()

    def test_one_that_was_dropped_makes_room(self, town: Client, agency: Caller, three: list[Violation]) -> None:
        one = proposed(town, agency)
        with client_scope(town.pk):
            drop(one.pk, at=LATER, by="neil")
        with client_scope(town.pk), pytest.raises(Conflict):
            drop(one.pk, at=LATER, by="neil")
        proposed(town, agency)


class TestChanges:
    def test_what_came_what_left_and_what_owes_another_amount(
        self, town: Client, agency: Caller, three: list[Violation]
    ) -> None:
        one = proposed(town, agency)
        with client_scope(town.pk):
            record_payment(town, "A", amount=Decimal("50.00"), at=LATER, by="clerk")
            adjust_fine(town, "B", amount=Decimal("65.00"), reason="x", at=LATER, by="clerk")
            new = issue(town, "D")
        found = changed(town, one)
        assert (found.left.count, found.left.total, found.left.named) == (1, Decimal("50.00"), [three[0].pk])
        assert (found.changed.count, found.changed.total, found.changed.named) == (1, Decimal("15.00"), [three[1].pk])
        assert (found.added.count, found.added.named) == (1, [new.pk])
        assert (found.now.count, found.now.total) == (3, Decimal("165.00"))
        assert not found.none

    def test_what_did_not_arrive_is_proposed_with_the_rest(self, town: Client, three: list[Violation]) -> None:
        who = cast.caller(town)
        broken(town, who)
        with client_scope(town.pk):
            change_policy(client_id=town.pk, at=NOON, by="maud", second_person=True)
            issue(town, "D")
        one = proposed(town, who)
        assert one.count == 4
        assert approved(town, one).revision.number == 2


class TestApproving:
    def test_another_person_hands_it_over(self, town: Client, agency: Caller, three: list[Violation]) -> None:
        one = proposed(town, agency)
        handed = approved(town, one)
        with client_scope(town.pk):
            kept = find_proposal(one.pk)
        assert (kept.state, kept.decided_by, kept.batch_id) == ("approved", "neil", handed.revision.batch_id)
        assert batch_of(handed).state == BatchState.UNDELIVERED
        assert tickets(call(town, agency)) == ["A", "B", "C"]

    def test_as_a_file_it_awaits_its_word(self, town: Client, agency: Caller, three: list[Violation]) -> None:
        handed = approved(town, proposed(town, agency, Way.FILE))
        assert batch_of(handed).state == BatchState.AWAITING
        assert call(town, agency).count == 0

    @pytest.mark.parametrize("by", ["maud", "Maud"])
    def test_nobody_approves_their_own(self, town: Client, agency: Caller, three: list[Violation], by: str) -> None:
        one = proposed(town, agency)
        with pytest.raises(AccessRefused):
            approved(town, one, by=by)
        with client_scope(town.pk):
            assert find_proposal(one.pk).state == "open"
            assert not Batch.objects.exists()

    def test_the_database_lets_nobody_approve_their_own(
        self, town: Client, agency: Caller, three: list[Violation]
    ) -> None:
        one = proposed(town, agency)
        with pytest.raises(IntegrityError), client_scope(town.pk):
            Proposal.objects.filter(pk=one.pk).update(state="approved", decided_by="maud")

    def test_it_is_approved_once(self, town: Client, agency: Caller, three: list[Violation]) -> None:
        one = proposed(town, agency)
        approved(town, one)
        with pytest.raises(Conflict):
            approved(town, one, by="olga", seen=Seen(3, Decimal("150.00")))

    def test_what_was_paid_since_it_was_seen_stays_and_the_rest_goes(
        self, town: Client, agency: Caller, three: list[Violation]
    ) -> None:
        one = proposed(town, agency)
        with client_scope(town.pk):
            record_payment(town, "A", amount=Decimal("50.00"), at=LATER, by="clerk")
        assert tickets(approved(town, one, seen=Seen(3, Decimal("150.00")))) == ["B", "C"]

    def test_more_than_was_seen_is_looked_at_again(self, town: Client, agency: Caller, three: list[Violation]) -> None:
        one = proposed(town, agency)
        with client_scope(town.pk):
            issue(town, "D")
        with pytest.raises(Conflict):
            approved(town, one, seen=Seen(3, Decimal("150.00")))
        with pytest.raises(Conflict):
            approved(town, one, seen=Seen(4, Decimal("199.99")))
        assert approved(town, one).count == 4

    def test_another_clients_is_not_there(
        self, town: Client, campus: Client, agency: Caller, three: list[Violation]
    ) -> None:
        one = proposed(town, agency)
        with client_scope(campus.pk), pytest.raises(NotFound):
            approve(campus, one.pk, seen=Seen(3, Decimal("150.00")), at=LATER, by="neil")


class TestWhatACallGets:
    """With a second person, an agency's own call gets what was approved and left for it, and nothing else."""

    def test_nothing_before_somebody_approved(self, town: Client, agency: Caller, three: list[Violation]) -> None:
        proposed(town, agency)
        assert tickets(call(town, agency)) == []
        with client_scope(town.pk):
            assert not Violation.objects.filter(sent_at__isnull=False).exists()

    def test_what_was_approved_and_nothing_that_came_since(
        self, town: Client, agency: Caller, three: list[Violation]
    ) -> None:
        approved(town, proposed(town, agency))
        with client_scope(town.pk):
            issue(town, "D")
            record_payment(town, "A", amount=Decimal("50.00"), at=LATER, by="clerk")
        assert tickets(arrived(town, agency, at=LATER)) == ["B", "C"]
        assert tickets(arrived(town, agency, at=LATER)) == []

    def test_its_preview_says_so(self, town: Client, agency: Caller, three: list[Violation]) -> None:
        def foreseen(**how: Any) -> tuple[int, list[str]]:
            with client_scope(town.pk):
                found = preview(town, at=NOON, agency=agency.agency, **how)
            return found.goes.count, list(found.reasons)

        assert foreseen() == (0, ["awaits_approval"])
        assert foreseen(by_staff=True) == (3, [])

    def test_nobody_hands_over_alone(self, town: Client, agency: Caller, three: list[Violation]) -> None:
        assert agency.agency is not None
        with client_scope(town.pk), pytest.raises(NeedsSecondPerson):
            hand_over_by_staff(town, agency.agency.pk, way=Way.FILE, at=NOON, by="maud")
