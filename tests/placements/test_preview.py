"""The preview equals the handoff that follows it, to the cent, and marks nothing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.placements.agency import AgencyCategory
from curbledger.placements.batch import Batch, BatchState, Placement, Revision
from curbledger.placements.deliver import settle
from curbledger.placements.handoff import Asked, hand_over
from curbledger.placements.models import Agency
from curbledger.placements.preview import NO_AGENCY, RECORDS_PER_SECOND, Heap, Preview, preview
from curbledger.placements.sending import Handoff
from curbledger.placements.switch import switch_collections
from curbledger.violations.models import Category, Violation
from tests import cast
from tests.cast import NOON, Caller, caller, issue

if TYPE_CHECKING:
    from curbledger.clients.client import Client

STANDINGS: dict[str, dict[str, Any]] = {
    "goes": {},
    "not due": {"due_at": NOON + timedelta(days=3)},
    "due today": {"due_at": NOON},
    "cancelled": {"cancelled_at": NOON},
    "warning": {"warning": True},
    "paid": {"fine": "0.00"},
    "old": {"issued_at": NOON - timedelta(days=400)},
    "discounted": {"discount": "10.00", "discount_hours": 24 * 365},
}


def _hand_over(client: Client, by: Caller) -> Handoff:
    asked = Asked(client_id=client.pk, token_id=by.token_id, token_name="t", remote_address="", user_agent="", path="p")
    return hand_over(asked, at=NOON)


def _preview(client: Client, agency: Agency | None = None, **options: Any) -> Preview:
    client.refresh_from_db()
    with client_scope(client.pk):
        return preview(client, at=NOON, agency=agency, **options)


def _agrees(found: Preview, handoff: Handoff) -> None:
    assert (found.goes.count, found.goes.total) == (handoff.count, handoff.total)
    for part in (found.agencies, found.ages):
        assert sum(heap.count for heap in part.values()) == handoff.count
        assert sum((heap.total for heap in part.values()), Decimal(0)) == handoff.total


@hypothesis_settings(max_examples=25)
@given(
    tickets=st.lists(
        st.tuples(st.sampled_from(sorted(STANDINGS)), st.decimals("0.01", "9999.99", places=2), st.integers(1, 500)),
        max_size=12,
    ),
    minimum=st.sampled_from(("0.01", "25.00")),
    broken=st.booleans(),
    slice_size=st.sampled_from((1, 3, 5000)),
)
def test_it_equals_the_handoff_that_follows(
    db: None,
    tickets: list[tuple[str, Decimal, int]],
    minimum: str,
    broken: bool,
    slice_size: int,
) -> None:
    with pytest.MonkeyPatch.context() as patch, _undone():
        patch.setattr("curbledger.placements.slices.SLICE", slice_size)
        town = cast.town(f"T{Batch.objects.none().count()}")
        by = caller(town)
        with client_scope(town.pk):
            change_policy(client_id=town.pk, at=NOON, by="t", minimum_balance=Decimal(minimum), oldest_age_days=390)
            for standing, fine, days in tickets:
                columns = {"fine": fine, "due_at": NOON - timedelta(days=days), **STANDINGS[standing]}
                issue(town, **columns)
        if broken:
            settle(_hand_over(town, by), BatchState.UNDELIVERED, "broken")
            with client_scope(town.pk):
                one = Violation.objects.filter(sent_at__isnull=False).first()
                if one is not None:
                    Violation.objects.filter(pk=one.pk).update(cancelled_at=NOON)
        before = _marks(town)
        whole, own = _preview(town), _preview(town, by.agency)
        assert _marks(town) == before
        assert len(whole.reopens) == broken
        _agrees(whole, handoff := _hand_over(town, by))
        _agrees(own, handoff)


class _undone:  # noqa: N801 - reads as a phrase.
    """Whatever is written inside is gone afterwards."""

    def __enter__(self) -> None:
        from django.db import transaction

        self._atomic = transaction.atomic()
        self._atomic.__enter__()

    def __exit__(self, *_: object) -> None:
        connection.set_rollback(True)
        self._atomic.__exit__(None, None, None)


def _marks(town: Client) -> list[Any]:
    with client_scope(town.pk):
        return [
            list(Violation.objects.order_by("id").values_list("id", "sent_at", "cycle")),
            list(Placement.objects.order_by("id").values_list("id", "state")),
            list(Batch.objects.order_by("id").values_list("id", "state", "revision", "attempt")),
        ]


def test_ages_are_days_past_due_where_the_client_is(town: Client) -> None:
    with client_scope(town.pk):
        for days in (1, 30, 31, 60, 61, 90, 91, 4000):
            issue(town, due_at=NOON - timedelta(days=days), fine=str(days))
        # Yesterday in Toronto, though today in UTC.
        issue(town, due_at=NOON.replace(hour=3), fine="7")
    found = _preview(town)
    assert {label: heap.total for label, heap in found.ages.items()} == {
        "1-30": Decimal(38),
        "31-60": Decimal(91),
        "61-90": Decimal(151),
        "over 90": Decimal(4091),
    }


def test_what_stays_is_counted_under_every_reason_and_once_in_all(town: Client) -> None:
    with client_scope(town.pk):
        for number in range(4):
            issue(town, f"S-{number}", due_at=NOON + timedelta(days=1))
        issue(town, "S-9", due_at=NOON + timedelta(days=1), issued_at=NOON - timedelta(days=500))
        change_policy(client_id=town.pk, at=NOON, by="t", oldest_age_days=390)
        issue(town, "PAID", fine="0.00")
    found = _preview(town)
    assert (found.goes.count, found.stays.count, found.stays.total) == (0, 5, Decimal(250))
    assert {reason: (heap.count, heap.examples) for reason, heap in found.reasons.items()} == {
        "not_due": (5, ("S-0", "S-1", "S-2")),
        "too_old": (1, ("S-9",)),
    }


def test_a_client_that_is_off_hands_over_nothing_and_may_see_what_would_go(town: Client) -> None:
    by = caller(town)
    with client_scope(town.pk):
        issue(town)
        switch_collections(town, on=False)
    off, as_if_on = _preview(town), _preview(town, as_if_on=True)
    assert (off.collecting, off.goes.count, sorted(off.reasons)) == (False, 0, ["collections_off"])
    assert (as_if_on.collecting, as_if_on.goes.count) == (False, 1)
    _agrees(off, _hand_over(town, by))


def test_each_agency_gets_its_own(town: Client) -> None:
    first, second = caller(town, agency="First"), caller(town, agency="Second")
    assert second.agency is not None
    with client_scope(town.pk):
        kept = Category.objects.create(client_id=town.pk, name="Kept", number=901)
        AgencyCategory.objects.create(client_id=town.pk, agency=second.agency, category=kept)
        issue(town, fine="1.00")
        issue(town, fine="2.00", category=kept)
    found = _preview(town)
    assert {name: heap.total for name, heap in found.agencies.items()} == {None: Decimal(1), "Second": Decimal(2)}
    theirs = _preview(town, first.agency)
    assert {name: heap.total for name, heap in theirs.agencies.items()} == {"First": Decimal(1)}
    _agrees(_preview(town, second.agency), _hand_over(town, second))
    _agrees(_preview(town, first.agency), _hand_over(town, first))


def test_what_no_agency_would_ever_take_is_told(town: Client) -> None:
    by = caller(town)
    with client_scope(town.pk):
        Agency.objects.update(assigned_only=True)
        issue(town, "LOST")
    found = _preview(town)
    assert found.goes.count == 0
    assert found.reasons[NO_AGENCY].examples == ("LOST",)
    assert by.agency is not None
    with client_scope(town.pk):
        own = Agency.objects.get(pk=by.agency.pk)
    _agrees(_preview(town, own), _hand_over(town, by))


def _sent(client: Client, by: Caller, records: int, seconds: int) -> None:
    """A handoff of so many records that took so long."""
    handoff = _hand_over(client, by)
    settle(handoff, BatchState.DELIVERED, "t")
    with client_scope(client.pk):
        began = Batch.objects.get(uuid=handoff.batch_uuid).created_at
        Revision.objects.filter(pk=handoff.revision.pk).update(
            record_count=records, ended_at=began + timedelta(seconds=seconds)
        )


def test_the_time_is_what_this_clients_own_handoffs_took(town: Client) -> None:
    by = caller(town)
    with client_scope(town.pk):
        for number in range(10):
            issue(town, f"P-{number}")
    assert _preview(town).seconds == round(10 / RECORDS_PER_SECOND, 1)
    assert Preview(at=NOON, collecting=True, goes=Heap(count=40_000)).seconds == 8.0
    _sent(town, by, 999, 1000)
    with client_scope(town.pk):
        issue(town, "P-10")
    assert _preview(town).records_per_second == RECORDS_PER_SECOND
    _sent(town, by, 1000, 100)
    _sent(town, by, 3000, 100)
    assert _preview(town).records_per_second == 20.0


def test_what_another_system_sent_measures_nothing(town: Client) -> None:
    _sent(town, caller(town), 5000, 10)
    with client_scope(town.pk):
        Revision.objects.update(tail=b"")
    assert _preview(town).records_per_second == RECORDS_PER_SECOND


def test_another_clients_tickets_are_not_in_it(town: Client, campus: Client) -> None:
    with client_scope(campus.pk):
        issue(campus)
    found = _preview(town)
    assert (found.goes.count, found.stays.count) == (0, 0)
