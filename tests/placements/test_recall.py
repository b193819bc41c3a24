"""What the client takes back from an agency, and how it goes out again: only in a new cycle that staff start."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from curbledger.clients.client import Client
from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, Invalid, NotFound
from curbledger.placements import slices as module
from curbledger.placements.alarms import alarms
from curbledger.placements.cycle import start_new_cycle
from curbledger.placements.manifest import find_batch, find_revision, placements
from curbledger.placements.recall import Recalled, foresee_recall, recall
from curbledger.placements.selection import Selection
from curbledger.violations.hold import hold_violation
from curbledger.violations.models import Category, Location, Violation
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import NOON, issue
from tests.placements.handing import arrived, broken, call, history, marked, placement, tickets

LATER = NOON + timedelta(hours=1)
take_back = partial(recall, reason="Wrong signs.", at=LATER, by="maud")


def back(client: Client, **selection: object) -> Recalled:
    with client_scope(client.pk):
        return take_back(client, Selection(**selection))  # type: ignore[arg-type]


def again(client: Client, ticket: str = "A") -> None:
    with client_scope(client.pk):
        start_new_cycle(client, ticket, reason="Another agency.", at=LATER, by="maud")


@pytest.fixture
def three(town: Client) -> list[Violation]:
    with client_scope(town.pk):
        return [issue(town, ticket) for ticket in ("A", "B", "C")]


def test_it_says_who_when_and_why_and_leaves_the_others(town: Client, three: list[Violation]) -> None:
    arrived(town)
    assert back(town, tickets=("B",)) == Recalled(1, Decimal("50.00"))
    ended = placement(three[1])
    assert (ended.state, ended.ended_at, ended.ended_by, ended.ended_reason) == (
        "recalled",
        LATER,
        "maud",
        "Wrong signs.",
    )
    assert [placement(one).state for one in (three[0], three[2])] == ["open", "open"]


def test_it_never_goes_out_again_by_itself(town: Client, three: list[Violation]) -> None:
    arrived(town)
    back(town, tickets=("A", "B"))
    assert call(town).count == 0
    assert marked(three) == [NOON] * 3


def test_the_same_recall_again_changes_nothing(town: Client, three: list[Violation]) -> None:
    arrived(town)
    back(town, tickets=("A",))
    with client_scope(town.pk):
        second = recall(town, Selection(tickets=("A", "B")), reason="Other.", at=LATER + timedelta(days=1), by="zoe")
    assert second == Recalled(1, Decimal("50.00"))
    assert placement(three[0]).ended_by == "maud"


def test_the_agency_reads_state_moment_and_reason(town: Client, three: list[Violation]) -> None:
    handoff = arrived(town)
    back(town, tickets=("C",))
    with client_scope(town.pk):
        batch = find_batch(handoff.batch_uuid)
        lines = {line.ticket: line for line in placements(find_revision(batch))}
    assert (lines["C"].state, lines["C"].ended_at, lines["C"].ended_reason) == ("recalled", LATER, "Wrong signs.")
    assert lines["A"].state == "open"


class TestBatchThatHasNotArrived:
    def test_the_next_revision_goes_without_it(self, town: Client, three: list[Violation]) -> None:
        broken(town)
        back(town, tickets=("B",))
        second = call(town, at=LATER)
        assert (second.revision.number, tickets(second)) == (2, ["A", "C"])
        assert history(three[1]) == [(1, "recalled", "Wrong signs.")]

    def test_an_idempotency_key_does_not_bring_it_back(self, town: Client, three: list[Violation]) -> None:
        who = cast.caller(town)
        broken(town, who, key="nightly")
        back(town, tickets=("B",))
        second = call(town, who, key="nightly")
        assert (second.revision.number, tickets(second)) == (2, ["A", "C"])

    def test_one_that_is_being_delivered_may_end_as_it_began(self, town: Client, three: list[Violation]) -> None:
        under_way = call(town)
        back(town, tickets=("B",))
        assert tickets(under_way) == ["A", "B", "C"]
        assert placement(three[1]).state == "recalled"

    def test_a_whole_batch_recalled_leaves_an_empty_revision(self, town: Client, three: list[Violation]) -> None:
        first = broken(town)
        assert back(town, batch=first.batch_uuid).count == 3
        second = arrived(town, at=LATER)
        assert (second.batch_uuid, second.count) == (first.batch_uuid, 0)


class TestSelection:
    def test_an_empty_one_is_refused(self, town: Client) -> None:
        with pytest.raises(Invalid, match="which tickets are meant"):
            back(town)

    def test_a_reason_is_needed_and_has_an_end(self, town: Client, three: list[Violation]) -> None:
        arrived(town)
        for reason in (" ", "x" * 401):
            with pytest.raises(Invalid), client_scope(town.pk):
                recall(town, Selection(tickets=("A",)), reason=reason, at=LATER, by="maud")

    def test_a_ticket_that_nobody_has_stops_the_whole(self, town: Client, three: list[Violation]) -> None:
        arrived(town)
        with client_scope(town.pk):
            issue(town, "NEVER")
        with pytest.raises(Conflict, match="NEVER"):
            back(town, tickets=("A", "NEVER"))
        with pytest.raises(Conflict, match="UNKNOWN"):
            back(town, tickets=("A", "UNKNOWN"))
        assert placement(three[0]).state == "open"

    def test_one_that_was_withdrawn_is_with_nobody(self, town: Client, three: list[Violation]) -> None:
        broken(town)
        with client_scope(town.pk):
            hold_violation(town, "A", kind="court", reason="Summons.", at=LATER, by="clerk")
        arrived(town, at=LATER)
        with pytest.raises(Conflict):
            back(town, tickets=("A",))

    def test_by_place_offence_category_and_days_of_issue(self, town: Client) -> None:
        with client_scope(town.pk):
            place = Location.objects.create(client_id=town.pk, name="Mill St")
            kind = Category.objects.create(client_id=town.pk, name="Private")
            # Midnight in Toronto, and a moment before.
            edge = NOON.replace(hour=4) - timedelta(days=60)
            made = {
                "IN": issue(town, "IN", location=place, category=kind, issued_at=edge),
                "BEFORE": issue(town, "BEFORE", location=place, issued_at=edge - timedelta(seconds=1)),
                "ELSEWHERE": issue(town, "ELSEWHERE", category=kind),
            }
        arrived(town)
        day = edge.date()
        with client_scope(town.pk):

            def found(**selection: object) -> int:
                return foresee_recall(town, Selection(**selection), at=LATER).count  # type: ignore[arg-type]

            assert found(location_id=place.pk) == 2
            assert found(location_id=place.pk, issued_from=day) == 1
            assert found(location_id=place.pk, issued_to=day - timedelta(days=1)) == 1
            assert found(category_id=kind.pk, location_id=place.pk) == 1
            assert found(offence_id=cast.offence(town).pk) == 3
            assert found(offence_id=cast.offence(town, "Other").pk) == 0
        assert back(town, location_id=place.pk, issued_from=day, issued_to=day).count == 1
        assert [placement(one).state for one in made.values()] == ["recalled", "open", "open"]

    def test_by_the_version_of_the_policy_that_let_it_go(self, town: Client, three: list[Violation]) -> None:
        arrived(town)
        with client_scope(town.pk):
            newer = change_policy(client_id=town.pk, at=LATER, by="maud", days_past_due=2)
            issue(town, "D")
        arrived(town)
        assert back(town, policy_version=newer.version).count == 1
        assert [placement(one).state for one in three] == ["open"] * 3

    def test_by_agency(self, town: Client, three: list[Violation]) -> None:
        first, second = cast.caller(town, agency="First"), cast.caller(town, agency="Second")
        arrived(town, first)
        with client_scope(town.pk):
            issue(town, "D")
        arrived(town, second)
        assert second.agency is not None
        assert back(town, agency_id=second.agency.pk).count == 1

    def test_what_todays_rule_would_keep_back(self, town: Client, three: list[Violation]) -> None:
        handoff = arrived(town)
        with client_scope(town.pk):
            hold_violation(town, "A", kind="court", reason="Summons.", at=LATER, by="clerk")
            record_payment(town, "B", amount=Decimal("50.00"), at=LATER, by="clerk")
            record_payment(town, "C", amount=Decimal("49.99"), at=LATER, by="clerk")
            assert foresee_recall(town, Selection(outdated=True), at=LATER).count == 2
        assert back(town, batch=handoff.batch_uuid, outdated=True).count == 2
        assert [placement(one).state for one in three] == ["recalled", "recalled", "open"]

    def test_what_was_seen_is_what_is_recalled_or_nothing(self, town: Client, three: list[Violation]) -> None:
        handoff = arrived(town)
        with pytest.raises(Conflict, match="3 tickets would be recalled now, not 2"), client_scope(town.pk):
            take_back(town, Selection(batch=handoff.batch_uuid), expected=2)
        assert placement(three[0]).state == "open"

    def test_many_are_recalled_a_slice_at_a_time(
        self, town: Client, three: list[Violation], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "SLICE", 2)
        handoff = arrived(town)
        assert back(town, batch=handoff.batch_uuid) == Recalled(3, Decimal("150.00"))

    def test_another_clients_are_not_there(self, town: Client, campus: Client, three: list[Violation]) -> None:
        handoff = arrived(town)
        assert back(campus, batch=handoff.batch_uuid).count == 0
        with pytest.raises(Conflict):
            back(campus, tickets=("A",))


class TestNewCycle:
    def test_it_goes_out_again_in_a_batch_of_its_own(self, town: Client, three: list[Violation]) -> None:
        first = arrived(town)
        back(town, tickets=("A",))
        again(town)
        second = arrived(town, at=LATER)
        assert (tickets(second), second.batch_uuid == first.batch_uuid) == (["A"], False)
        assert history(three[0]) == [(1, "recalled", "Wrong signs."), (1, "open", None)]
        assert [placement(three[0]).cycle, placement(three[1]).cycle] == [2, 1]
        with client_scope(town.pk):
            assert list(alarms(town, at=LATER)) == []

    def test_it_can_be_recalled_again(self, town: Client, three: list[Violation]) -> None:
        arrived(town)
        back(town, tickets=("A",))
        again(town)
        # In its new cycle nobody has it yet.
        with pytest.raises(Conflict):
            back(town, tickets=("A",))
        arrived(town, at=LATER)
        assert back(town, tickets=("A",)).count == 1

    def test_not_while_an_agency_has_it(self, town: Client, three: list[Violation]) -> None:
        arrived(town)
        with pytest.raises(Conflict, match="Recall it first"):
            again(town)

    def test_not_twice_and_not_what_was_never_sent(self, town: Client, three: list[Violation]) -> None:
        with pytest.raises(Conflict, match="not handed over"):
            again(town)
        arrived(town)
        back(town, tickets=("A",))
        again(town)
        with pytest.raises(Conflict, match="not handed over"):
            again(town)
        with pytest.raises(NotFound):
            again(town, "NOWHERE")

    def test_a_batch_that_never_arrived_does_not_take_it_along(self, town: Client, three: list[Violation]) -> None:
        first = broken(town)
        back(town, tickets=("A",))
        again(town)
        second = call(town, at=LATER)
        # Its new turn is one of the batch that is taken up: in its next revision it stands once, in cycle 2.
        assert (second.batch_uuid, tickets(second)) == (first.batch_uuid, ["A", "B", "C"])
        assert [(one, state) for one, state, _ in history(three[0])] == [(1, "recalled"), (2, "open")]
