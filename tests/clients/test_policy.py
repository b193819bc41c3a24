"""Policies: the newest version is in force, every one is kept, and two changes at once are not one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError

from curbledger.clients.client import Client
from curbledger.clients.policy import (
    CHANGEABLE,
    HOLD_KINDS,
    CollectionsPolicy,
    change_policy,
    current_policy,
)
from curbledger.database.scope import client_scope
from tests.cast import NOON
from tests.violations.races import Other


def test_a_new_client_has_the_first_version_with_every_kind_of_hold(inside: Client) -> None:
    policy = current_policy()
    assert (policy.version, policy.days_past_due, policy.minimum_balance) == (1, 0, Decimal("0.01"))
    assert (policy.notice_required, policy.notice_age_days, policy.oldest_age_days) == (False, 0, None)
    assert (policy.excluded_categories, policy.excluded_locations) == ([], [])
    assert policy.hold_kinds == list(HOLD_KINDS)


def test_a_change_is_a_new_version_with_everything_else_as_it_was(inside: Client) -> None:
    change_policy(client_id=inside.pk, at=NOON, by="clerk", days_past_due=30, hold_kinds=["court"])
    later = NOON + timedelta(days=1)
    change_policy(client_id=inside.pk, at=later, by="chief", minimum_balance=Decimal("25.00"))
    policy = current_policy()
    assert (policy.version, policy.days_past_due, policy.minimum_balance) == (3, 30, Decimal("25.00"))
    assert (policy.hold_kinds, policy.created_at, policy.created_by) == (["court"], later, "chief")


def test_earlier_versions_are_kept_as_they_were(inside: Client) -> None:
    for days in (30, 60):
        change_policy(client_id=inside.pk, at=NOON, by=f"clerk {days}", days_past_due=days)
    kept = CollectionsPolicy.objects.order_by("version").values_list("version", "days_past_due", "created_by")
    assert list(kept) == [(1, 0, "system"), (2, 30, "clerk 30"), (3, 60, "clerk 60")]


def test_a_change_of_nothing_is_a_version_too(inside: Client) -> None:
    assert change_policy(client_id=inside.pk, at=NOON, by="clerk").version == 2


@pytest.mark.parametrize("name", ["version", "client", "created_by_", "days"])
def test_what_a_policy_does_not_have_cannot_be_changed(inside: Client, name: str) -> None:
    with pytest.raises(TypeError, match=f"no {name}"):
        change_policy(client_id=inside.pk, at=NOON, by="clerk", **{name: 1})
    assert current_policy().version == 1


def test_everything_that_a_policy_says_can_be_changed() -> None:
    kept = {"id", "client", "version", "created_at", "created_by"}
    assert {field.name for field in CollectionsPolicy._meta.get_fields()} - kept == CHANGEABLE


@pytest.mark.parametrize("minimum", ["0.00", "-1.00"])
def test_a_minimum_that_is_not_positive_is_refused(town: Client, minimum: str) -> None:
    """What owes nothing never goes out."""
    with pytest.raises(IntegrityError, match="minimum_is_positive"), client_scope(town.pk):
        change_policy(client_id=town.pk, at=NOON, by="clerk", minimum_balance=Decimal(minimum))


def test_each_client_counts_its_own_versions(town: Client, campus: Client) -> None:
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=NOON, by="clerk", days_past_due=30)
    with client_scope(campus.pk):
        assert (current_policy().version, current_policy().days_past_due) == (1, 0)
        assert change_policy(client_id=campus.pk, at=NOON, by="clerk").version == 2


def test_of_two_changes_at_once_one_wins_and_the_other_is_told(committed_town: Client) -> None:
    """Both started from version 1. Were both let in, the second would undo the first without knowing of it."""

    def change(days: int) -> int:
        with client_scope(committed_town.pk):
            return change_policy(client_id=committed_town.pk, at=NOON, by="clerk", days_past_due=days).version

    with client_scope(committed_town.pk):
        change(30)
        other = Other(partial(change, 60))
        other.wait_until_blocked()
    with pytest.raises(IntegrityError, match="version_is_unique"):
        other.result()
    with client_scope(committed_town.pk):
        assert (current_policy().version, current_policy().days_past_due) == (2, 30)
    assert change(60) == 3
