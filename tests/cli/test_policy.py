"""policy show, policy set."""

from __future__ import annotations

from decimal import Decimal

import pytest

from curbledger.clients.client import Client
from curbledger.clients.policy import CollectionsPolicy, current_policy
from curbledger.database.scope import client_scope
from curbledger.violations.models import Category
from tests.cast import issue
from tests.cli.typing_in import refused, typed


def policy(town: Client) -> CollectionsPolicy:
    with client_scope(town.pk):
        return current_policy()


def test_the_policy_is_shown_with_its_version(town: Client) -> None:
    said = typed("policy", "show", "OC_TOMA").stdout
    assert said.startswith("Version 1, ")
    assert "days_past_due          0\n" in said
    assert "minimum_balance        0.01 CAD\n" in said
    assert "oldest_age_days        none\n" in said


def test_a_change_says_what_differs_and_what_goes(town: Client) -> None:
    with client_scope(town.pk):
        issue(town, fine="50.00")
        issue(town, fine="10.00")
    change = ("policy", "set", "OC_TOMA", "--minimum-balance", "20", "--oldest-age-days", "900", "--notice-required")
    said = typed(*change, "--dry-run").stdout
    assert "minimum_balance: 0.01 CAD -> 20.00 CAD\n" in said
    assert policy(town).version == 1
    said = typed("policy", "set", "OC_TOMA", "--minimum-balance", "20", "--reason", "Council").stdout
    assert "Goes now: 2 violations, 60.00 CAD. Then: 1 violation, 50.00 CAD.\n" in said
    assert said.endswith("Version 2 is in force.\n")
    assert (policy(town).minimum_balance, policy(town).reason) == (Decimal("20.00"), "Council")


def test_lists_are_replaced_and_emptied(town: Client) -> None:
    with client_scope(town.pk):
        kind = Category.objects.create(client_id=town.pk, name="Private")
        kind.refresh_from_db()
    typed("policy", "set", "OC_TOMA", "--exclude-category", str(kind.number), "--hold-kind", "court")
    assert (policy(town).excluded_categories, policy(town).hold_kinds) == ([kind.pk], ["court"])
    typed("policy", "set", "OC_TOMA", "--exclude-category", "none", "--oldest-age-days", "900")
    assert (policy(town).excluded_categories, policy(town).oldest_age_days) == ([], 900)
    typed("policy", "set", "OC_TOMA", "--oldest-age-days", "none")
    assert policy(town).oldest_age_days is None


def test_the_second_person_and_the_guards_are_set_and_taken_away(town: Client) -> None:
    guards = ("--guard-payment-hours", "48", "--guard-factor", "2.5")
    typed("policy", "set", "OC_TOMA", "--second-person", *guards)
    now = policy(town)
    assert (now.second_person, now.guard_payment_hours, now.guard_factor) == (True, 48, Decimal("2.50"))
    typed("policy", "set", "OC_TOMA", "--guard-payment-hours", "none", "--guard-factor", "none")
    assert (policy(town).guard_payment_hours, policy(town).guard_factor) == (None, None)
    assert "from 1 to 999" in refused("policy", "set", "OC_TOMA", "--guard-factor", "0.5", expect=2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Say what is to change."),
        (("--days-past-due", "0"), "Say what is to change."),
        (("--days-past-due", "9999"), "Take a number from 0 to 3650."),
        (("--exclude-category", "77"), "There is no category 77."),
        (("--exclude-place", "x"), "Take numbers of the list, or none."),
    ],
)
def test_what_cannot_be_is_refused(town: Client, arguments: tuple[str, ...], said: str) -> None:
    assert refused("policy", "set", "OC_TOMA", *arguments) == said
    assert policy(town).version == 1
