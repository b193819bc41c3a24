"""What a change of the policy would do equals what the preview says of the policy once it is changed."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from curbledger.clients.client import Client
from curbledger.clients.policy import change_policy, current_policy, policy_with
from curbledger.database.scope import client_scope
from curbledger.placements.agency import Agency, AgencyCategory
from curbledger.placements.compare import Comparison, compare
from curbledger.placements.preview import preview
from curbledger.violations.models import Category, Hold
from tests import cast
from tests.cast import NOON, issue


def look(client: Client, **changes: Any) -> Comparison:
    with client_scope(client.pk):
        return compare(client, policy_with(current_policy(), **changes), at=NOON)


def test_each_side_is_counted_with_its_reasons(town: Client) -> None:
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=NOON, by="x", minimum_balance=Decimal("20.00"))
        issue(town, fine="50.00")
        issue(town, fine="10.00")
        issue(town, fine="60.00", due_at=NOON - timedelta(days=10))
        issue(town, fine="70.00", due_at=NOON + timedelta(days=10))
    found = look(town, minimum_balance=Decimal("5.00"), days_past_due=30)
    assert (found.now.count, found.now.total) == (2, Decimal("110.00"))
    assert (found.then.count, found.then.total) == (2, Decimal("60.00"))
    assert {reason: (heap.count, heap.total) for reason, heap in found.begins_by.items()} == {
        "below_minimum": (1, Decimal("10.00"))
    }
    assert {reason: (heap.count, heap.total) for reason, heap in found.ends_by.items()} == {
        "recently_due": (1, Decimal("60.00"))
    }
    assert (found.begins.count, found.ends.count, found.cut) == (1, 1, False)


def test_what_stays_for_two_reasons_is_counted_under_both_and_once_in_all(town: Client) -> None:
    with client_scope(town.pk):
        issue(town, fine="10.00", due_at=NOON - timedelta(days=10))
    found = look(town, minimum_balance=Decimal("20.00"), days_past_due=30)
    assert {reason: heap.count for reason, heap in found.ends_by.items()} == {"below_minimum": 1, "recently_due": 1}
    assert found.ends.count == 1


def test_a_kind_of_hold_that_no_longer_counts_lets_go(town: Client) -> None:
    with client_scope(town.pk):
        Hold.objects.create(
            client_id=town.pk, violation=issue(town), kind="court", reason="x", placed_by="x", starts_at=NOON
        )
    found = look(town, hold_kinds=["appeal"])
    assert (found.now.count, found.then.count) == (0, 1)
    assert list(found.begins_by) == ["on_hold"]


def test_while_collections_are_off_it_is_counted_as_if_they_were_on(db: None) -> None:
    town = cast.town(collecting=False)
    with client_scope(town.pk):
        issue(town)
    assert look(town).now.count == 1


def test_what_no_agency_would_take_is_counted_on_neither_side(town: Client) -> None:
    with client_scope(town.pk):
        ours, nobodys = (Category.objects.create(client_id=town.pk, name=name) for name in "ab")
        agency = Agency.objects.create(client_id=town.pk, name="A", assigned_only=True, created_at=NOON)
        AgencyCategory.objects.create(client_id=town.pk, agency=agency, category=ours)
        for category in (ours, nobodys, None):
            issue(town, category=category)
    assert look(town).now.count == 1


def test_no_more_is_looked_at_than_is_asked_for_and_it_says_so(town: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curbledger.placements.compare.SLICE", 2)
    with client_scope(town.pk):
        for _ in range(5):
            issue(town)
        found = compare(town, current_policy(), at=NOON, most=4)
    assert (found.now.count, found.cut) == (4, True)


class _UndoneError(Exception):
    """Each case leaves the town as it was."""


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "days_past_due": st.sampled_from((0, 30, 45)),
        "minimum_balance": st.sampled_from((Decimal("0.01"), Decimal("40.00"))),
        "oldest_age_days": st.sampled_from((None, 50)),
        "notice_required": st.booleans(),
        "notice_age_days": st.sampled_from((0, 5)),
    },
)
TICKETS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "fine": st.sampled_from(("0.50", "39.99", "40.00", "90.00")),
            "due_at": st.integers(-50, 3).map(lambda days: NOON + timedelta(days=days)),
            "issued_at": st.sampled_from((NOON - timedelta(days=49), NOON - timedelta(days=51))),
            "noticed_at": st.sampled_from((NOON - timedelta(days=1), NOON - timedelta(days=9))),
            "appeal_count": st.sampled_from((0, 1)),
        },
    ),
    max_size=8,
)


@hypothesis_settings(max_examples=20)
@given(before=CHANGES, after=CHANGES, tickets=TICKETS)
def test_it_agrees_with_the_preview_before_and_after(
    town: Client, before: dict[str, Any], after: dict[str, Any], tickets: list[dict[str, Any]]
) -> None:
    with client_scope(town.pk), contextlib.suppress(_UndoneError), transaction.atomic():
        change_policy(client_id=town.pk, at=NOON, by="x", **before)
        for ticket in tickets:
            issue(town, **ticket)
        now = preview(town, at=NOON).goes
        found = compare(town, policy_with(current_policy(), **after), at=NOON)
        change_policy(client_id=town.pk, at=NOON, by="x", **after)
        then = preview(town, at=NOON).goes
        assert (found.now.count, found.now.total) == (now.count, now.total)
        assert (found.then.count, found.then.total) == (then.count, then.total)
        assert now.count + found.begins.count - found.ends.count == then.count
        raise _UndoneError
