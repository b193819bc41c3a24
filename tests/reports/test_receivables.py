"""What is owed, by age and by who has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from curbledger.database.scope import client_scope
from curbledger.placements.cycle import start_new_cycle
from curbledger.placements.recall import recall
from curbledger.placements.selection import Selection
from curbledger.reports.receivables import Holding, receivables
from tests.cast import NOON, issue
from tests.placements.aged import age, plans
from tests.placements.handing import arrived, broken
from tests.reports.busy import busy, owed_by_hand

if TYPE_CHECKING:
    from curbledger.clients.client import Client

DAY = timedelta(days=1)


def read(client: Client) -> list[Holding]:
    with client_scope(client.pk):
        return receivables(client, at=NOON)


def test_an_empty_client_is_owed_nothing(town: Client) -> None:
    assert [(one.agency, one.count, one.total) for one in read(town)] == [(None, 0, Decimal("0.00"))]


def test_the_sums_are_those_of_every_ticket_looked_at_alone(town: Client) -> None:
    busy(town)
    with client_scope(town.pk):
        by_hand = owed_by_hand(town)
    found = {
        (one.agency is not None, heap): (one.counts[heap], one.totals[heap])
        for one in read(town)
        for heap in range(5)
        if one.counts[heap]
    }
    assert found == by_hand
    assert len(found) > 4


@pytest.mark.parametrize(
    ("due", "heap"),
    [
        # The last moment of yesterday and the first of today, in Toronto.
        (datetime(2026, 5, 20, 3, 59, tzinfo=UTC), 1),
        (datetime(2026, 5, 20, 4, 0, tzinfo=UTC), 0),
        (NOON + 30 * DAY, 0),
        (NOON - 1 * DAY, 1),
        (NOON - 30 * DAY, 1),
        (NOON - 31 * DAY, 2),
        (NOON - 60 * DAY, 2),
        (NOON - 61 * DAY, 3),
        (NOON - 90 * DAY, 3),
        (NOON - 91 * DAY, 4),
        (NOON - 4000 * DAY, 4),
    ],
)
def test_ages_begin_and_end_with_days_of_the_client(town: Client, due: datetime, heap: int) -> None:
    with client_scope(town.pk):
        issue(town, due_at=due)
    (office,) = read(town)
    assert [place for place, count in enumerate(office.counts) if count] == [heap]


def test_what_was_handed_over_is_the_agency_s_until_it_is_recalled(town: Client) -> None:
    with client_scope(town.pk):
        issue(town, "A")
    arrived(town)
    assert [(one.agency, one.count) for one in read(town)] == [(None, 0), ("Collections", 1)]
    with client_scope(town.pk):
        recall(town, Selection(tickets=("A",)), reason="x", at=NOON, by="maud")
    assert [(one.agency, one.count) for one in read(town)] == [(None, 1), ("Collections", 0)]
    with client_scope(town.pk):
        start_new_cycle(town, "A", reason="x", at=NOON, by="maud")
    assert [(one.agency, one.count) for one in read(town)] == [(None, 1), ("Collections", 0)]
    arrived(town)
    assert [(one.agency, one.count) for one in read(town)] == [(None, 0), ("Collections", 1)]


def test_one_that_went_out_twice_in_a_batch_is_owed_once(town: Client) -> None:
    with client_scope(town.pk):
        issue(town, "A")
    broken(town)
    arrived(town)
    assert [(one.agency, one.total) for one in read(town)] == [(None, 0), ("Collections", Decimal("50.00"))]


def test_a_campus_sees_nothing_of_the_town(town: Client, campus: Client) -> None:
    busy(town)
    assert [one.total for one in read(campus)] == [0]


def test_the_archive_of_paid_tickets_is_never_read(town: Client) -> None:
    age(town)
    with client_scope(town.pk), plans() as found:
        office, _agency = receivables(town, at=NOON)
    assert office.count == 20
    # Placements are read by the index that keeps them once in a cycle; of those that had another turn none counts.
    assert {line.partition(" on ")[0] for line in found.scans_to_find()} <= {
        "Index Scan of placement by placement_is_once_in_a_cycle",
        "Index Only Scan of placement by placement_is_once_in_a_cycle",
    }
