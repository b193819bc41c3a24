"""Policies: the newest version is in force, every one is kept, and two changes at once are not one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from curbledger.clients.client import Client
from curbledger.clients.policy import (
    CHANGEABLE,
    HOLD_KINDS,
    LEAST,
    MOST,
    CollectionsPolicy,
    PolicyChanged,
    change_policy,
    current_policy,
    differences,
    policy_with,
)
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, Invalid
from tests.cast import NOON
from tests.violations.races import Other


def many(name: str, value: int) -> dict[str, Any]:
    return {name: value}


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
        change_policy(client_id=inside.pk, at=NOON, by="clerk", **many(name, 1))
    assert current_policy().version == 1


def test_everything_that_a_policy_says_can_be_changed() -> None:
    kept = {"id", "client", "version", "created_at", "created_by", "reason"}
    assert {field.name for field in CollectionsPolicy._meta.get_fields()} - kept == CHANGEABLE


@pytest.mark.parametrize("minimum", ["0.00", "-1.00"])
def test_a_minimum_that_is_not_positive_is_refused(town: Client, minimum: str) -> None:
    """What owes nothing never goes out: the verb says so, and the database."""
    with pytest.raises(Invalid, match="smallest balance") as refused, client_scope(town.pk):
        change_policy(client_id=town.pk, at=NOON, by="clerk", minimum_balance=Decimal(minimum))
    assert refused.value.field == "minimum_balance"
    with pytest.raises(IntegrityError, match="minimum_is_positive"), client_scope(town.pk):
        CollectionsPolicy.objects.update(minimum_balance=Decimal(minimum))


@pytest.mark.parametrize(("name", "least", "most"), [(name, LEAST.get(name, 0), MOST[name]) for name in MOST])
def test_numbers_have_bounds(inside: Client, name: str, least: int, most: int) -> None:
    for value in (least, most):
        assert getattr(change_policy(client_id=inside.pk, at=NOON, by="x", **many(name, value)), name) == value
    for value in (least - 1, most + 1):
        with pytest.raises(Invalid) as refused:
            change_policy(client_id=inside.pk, at=NOON, by="x", **many(name, value))
        assert refused.value.field == name


@pytest.mark.parametrize("factor", ["0.99", "1000"])
def test_a_factor_has_bounds(inside: Client, factor: str) -> None:
    with pytest.raises(Invalid) as refused:
        change_policy(client_id=inside.pk, at=NOON, by="x", guard_factor=Decimal(factor))
    assert refused.value.field == "guard_factor"


def test_a_kind_of_hold_that_does_not_exist_is_refused(inside: Client) -> None:
    with pytest.raises(Invalid, match="no kind of hold mood"):
        change_policy(client_id=inside.pk, at=NOON, by="x", hold_kinds=["court", "mood"])


def test_a_change_of_a_version_that_is_not_the_newest_is_refused(inside: Client) -> None:
    change_policy(client_id=inside.pk, at=NOON, by="one", based_on=1, reason=" Council of May ", days_past_due=30)
    with pytest.raises(PolicyChanged):
        change_policy(client_id=inside.pk, at=NOON, by="two", based_on=1, days_past_due=60)
    assert (current_policy().version, current_policy().reason) == (2, "Council of May")


def test_versions_are_told_apart_column_by_column(inside: Client) -> None:
    before = current_policy()
    after = change_policy(client_id=inside.pk, at=NOON, by="x", days_past_due=30, notice_required=True)
    assert differences(before, after) == {"days_past_due": (0, 30), "notice_required": (False, True)}
    assert differences(after, policy_with(after)) == {}


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
    with pytest.raises(Conflict, match="Somebody else changed the policy"):
        other.result()
    with client_scope(committed_town.pk):
        assert (current_policy().version, current_policy().days_past_due) == (2, 30)
    assert change(60) == 3
