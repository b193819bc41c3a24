"""What a claim places, and what it leaves."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.placements.alarms import alarms
from curbledger.placements.batch import Placement, Revision
from curbledger.placements.switch import switch_collections
from curbledger.violations.adjust import add_fee, adjust_fine, grant_discount
from curbledger.violations.hold import hold_violation
from curbledger.violations.models import Violation
from curbledger.violations.notice import record_notice
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import NOON, issue
from tests.placements.handing import arrived, call, history, marked, placement, records, tickets

if TYPE_CHECKING:
    from curbledger.clients.client import Client


def test_what_is_overdue_goes_once(town: Client) -> None:
    with client_scope(town.pk):
        issue(town)
    handoff = call(town)
    assert (handoff.count, handoff.total) == (1, Decimal("50.00"))
    assert call(town).count == 0


def test_nothing_overdue_is_an_empty_batch(town: Client) -> None:
    handoff = call(town)
    assert (handoff.count, handoff.total, handoff.replayed) == (0, Decimal("0.00"), False)
    assert records(handoff) == []


def test_records_stand_in_the_order_of_their_ids_and_not_of_their_issue(town: Client) -> None:
    with client_scope(town.pk):
        for number, ticket in ((9_000_003, "C"), (9_000_001, "A"), (9_000_002, "B")):
            issue(town, ticket, id=number, at=NOON - timedelta(days=number % 10))
    assert tickets(call(town)) == ["A", "B", "C"]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 7])
@pytest.mark.usefixtures("slices_of_three")
def test_slices_place_everything_once(town: Client, count: int) -> None:
    with client_scope(town.pk):
        issued = [issue(town, fine=f"{amount}.01") for amount in range(1, count + 1)]
    handoff = call(town)
    assert [record["ViolationID"] for record in records(handoff)] == [one.pk for one in issued]
    assert handoff.count == count
    assert handoff.total == sum((one.fine for one in issued), Decimal(0))


@pytest.mark.usefixtures("slices_of_three")
def test_slices_of_which_nothing_goes_do_not_end_the_claim(town: Client) -> None:
    with client_scope(town.pk):
        for number in range(7):
            issue(town, f"HELD-{number}")
            hold_violation(town, f"HELD-{number}", kind="court", reason="Summons.", at=NOON, by="clerk")
        issue(town, "LAST")
    assert tickets(call(town)) == ["LAST"]


@pytest.mark.parametrize(("count", "ends"), [(1, [1]), (2, [2]), (3, [2, 3]), (5, [2, 4, 5]), (6, [2, 4, 6])])
@pytest.mark.usefixtures("slices_of_three", "chunks_of_two")
def test_chunks_end_where_they_are_full_whatever_the_slices_are(town: Client, count: int, ends: list[int]) -> None:
    with client_scope(town.pk):
        issued = [issue(town) for _ in range(count)]
    bounds = call(town).revision.bounds
    assert bounds == [issued[end - 1].pk for end in ends]


def test_count_and_total_are_those_of_the_placements(town: Client) -> None:
    with client_scope(town.pk):
        for fine in ("0.01", "19.99", "1250.00"):
            issue(town, fine=fine)
    handoff = call(town)
    with client_scope(town.pk):
        revision = Revision.objects.get()
        placed = list(Placement.objects.values_list("balance", flat=True))
    assert (revision.record_count, revision.total) == (handoff.count, handoff.total) == (3, Decimal("1270.00"))
    assert sum(placed, Decimal(0)) == handoff.total


def test_a_revision_says_who_asked_from_where_and_when(town: Client) -> None:
    call(town)
    with client_scope(town.pk):
        revision = Revision.objects.get()
    assert (revision.token_name, revision.remote_address, revision.user_agent) == ("nightly", "192.0.2.7", "puller/2")
    assert (revision.number, revision.claimed_at) == (1, NOON)


def test_what_was_placed_is_marked_and_what_stays_is_not(town: Client) -> None:
    with client_scope(town.pk):
        goes, stays = issue(town), issue(town, warning=True)
    call(town)
    assert marked([goes, stays]) == [NOON, None]


def _moments(placed: Placement) -> list[datetime]:
    """When it was decided, issued, due and noticed."""
    moments = (placed.decided_at, placed.issued_at, placed.due_at, placed.noticed_at)
    return [moment for moment in moments if moment is not None]


def test_the_evidence_says_why_it_went_and_what_the_balance_was_made_of(town: Client) -> None:
    with client_scope(town.pk):
        issued = issue(town, "A", fine="50.00", towing=Decimal("120.50"), tax=Decimal("6.50"))
        record_notice(town, "A", kind=2, sent_at=NOON - timedelta(days=30))
        adjust_fine(town, "A", amount=Decimal("40.00"), reason="Hearing.", at=NOON, by="judge")
        add_fee(town, "A", amount=Decimal("15.00"), kind="late", reason="", at=NOON, by="system")
        grant_discount(town, "A", amount=Decimal("2.00"), reason="Goodwill.", at=NOON, by="clerk")
        record_payment(town, "A", amount=Decimal("10.25"), at=NOON, by="clerk")
        change_policy(client_id=town.pk, at=NOON, by="clerk", days_past_due=7)
    call(town)
    placed = placement(issued)
    moments = [moment.date().isoformat() for moment in _moments(placed)]
    assert moments == ["2026-05-20", "2026-03-21", "2026-04-10", "2026-04-20"]
    assert placed.policy_version == 2
    assert placed.adjustment_reason == "Hearing."
    amounts = (placed.fine, placed.adjusted_fine, placed.towing, placed.tax, placed.fees, placed.discount, placed.paid)
    assert [*map(str, amounts)] == ["50.00", "40.00", "120.50", "6.50", "15.00", "2.00", "10.25"]
    assert placed.balance == Decimal("169.75")


def test_a_discount_that_still_holds_is_in_the_evidence_and_not_in_the_balance(town: Client) -> None:
    with client_scope(town.pk):
        issued = issue(town, discount="10.00", discount_hours=24 * 365)
    assert call(town).total == Decimal("40.00")
    assert (placement(issued).balance, placement(issued).discount) == (Decimal("40.00"), 10)


@pytest.mark.usefixtures("chunks_of_two")
def test_the_balance_is_frozen_before_the_first_byte(town: Client) -> None:
    with client_scope(town.pk):
        for ticket in ("A", "B", "C"):
            issue(town, ticket)
    handoff = call(town)
    with client_scope(town.pk):
        record_payment(town, "C", amount=Decimal("20.00"), at=NOON, by="clerk")
        adjust_fine(town, "C", amount=Decimal("45.00"), reason="Hearing.", at=NOON, by="judge")
    printed = records(handoff)[2]
    assert (printed["Ticket"], printed["Fine"], printed["AdjustedFine"]) == ("C", 50, 0)
    assert printed["AdjustmentReason"] is None


def test_collections_that_are_off_let_nothing_go_and_mark_nothing(town: Client) -> None:
    with client_scope(town.pk):
        issued = issue(town)
        switch_collections(town, on=False)
    assert call(town).count == 0
    assert marked([issued]) == [None]
    with client_scope(town.pk):
        switch_collections(town, on=True)
    assert call(town).count == 1


def test_a_neighbours_tickets_stay_where_they_are(town: Client, campus: Client) -> None:
    with client_scope(campus.pk):
        theirs = issue(campus)
    with client_scope(town.pk):
        issue(town)
    assert call(town).count == 1
    assert marked([theirs]) == [None]
    assert call(campus).count == 1


def test_a_second_placement_in_one_cycle_is_refused_by_the_database(town: Client) -> None:
    with client_scope(town.pk):
        issued = issue(town)
    arrived(town)
    other = call(town).revision
    with client_scope(town.pk):
        again = placement(issued)
        again.pk, again._state.adding, again.revision_id = None, True, other.pk
        with pytest.raises(IntegrityError, match="placement_is_once_in_a_cycle"), transaction.atomic():
            again.save()
        # The turn that staff begin for another agency is another cycle.
        again.cycle = 2
        again.save()


@pytest.mark.parametrize("state", ["paid", "recalled", "returned", "closed"])
def test_one_that_had_its_turn_stays_whatever_its_own_mark_says_and_stops_nobody_else(town: Client, state: str) -> None:
    with client_scope(town.pk):
        issued = issue(town, "HAD-IT")
    arrived(town)
    with client_scope(town.pk):
        Placement.objects.update(state=state)
        Violation.objects.filter(pk=issued.pk).update(sent_at=None)
        issue(town, "NEW")
    assert tickets(call(town)) == ["NEW"]
    assert history(issued) == [(1, state, None)]
    with client_scope(town.pk):
        assert any(alarm.ticket == "HAD-IT" for alarm in alarms(town, at=NOON))


def test_one_in_its_next_cycle_goes_again(town: Client) -> None:
    with client_scope(town.pk):
        issued = issue(town)
    arrived(town)
    with client_scope(town.pk):
        Placement.objects.update(state="returned")
        Violation.objects.filter(pk=issued.pk).update(sent_at=None, cycle=2)
    assert call(town).count == 1
    assert placement(issued).cycle == 2


def test_more_violations_cost_no_more_statements(town: Client) -> None:
    who = cast.caller(town)
    with client_scope(town.pk):
        issue(town)
    with CaptureQueriesContext(connection) as few:
        arrived(town, who)
    with client_scope(town.pk):
        for _ in range(25):
            issue(town)
    with CaptureQueriesContext(connection) as many:
        assert arrived(town, who).count == 25
    assert len(many) == len(few)
