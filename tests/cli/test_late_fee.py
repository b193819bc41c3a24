"""late-fee add, list, end, run."""

from __future__ import annotations

from decimal import Decimal

import pytest

from curbledger.clients.client import Client
from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.violations.late_fee_rule import LateFeeRule
from curbledger.violations.models import Offence, Violation
from tests.cli.typing_in import refused, typed


@pytest.fixture
def offence(town: Client, overdue: str) -> str:
    """The number of the offence on the overdue ticket, in a town whose law asks for no notice."""
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=clock.now(), by="test", fees_after_stage=0)
        return str(Offence.objects.get().number)


def add(offence: str, *arguments: str) -> str:
    return typed("late-fee", "add", "OC_TOMA", "--offence", offence, "--days", "14", *arguments).stdout.strip()


def rule() -> LateFeeRule:
    return LateFeeRule.objects.get()


def test_a_late_fee_is_made_listed_run_and_ended(town: Client, overdue: str, offence: str) -> None:
    said = add(offence, "--amount", "20", "--from", "2020-01-01")
    with client_scope(town.pk):
        number = rule().pk
    words = f"{number}: Parked in Loading Zone: 20.00 14 days after due; for tickets issued from 2020-01-01"
    assert said == f"Made late fee {words}."
    assert typed("late-fee", "list", "OC_TOMA").stdout.strip() == words.replace(":", " ", 1)

    assert typed("late-fee", "run", "OC_TOMA").stdout == "Added 1 late fee, 20.00 CAD in all.\n"
    assert typed("late-fee", "run", "OC_TOMA").stdout == "Added 0 late fees, 0.00 CAD in all.\n"
    with client_scope(town.pk):
        assert Violation.objects.get(ticket=overdue).balance == Decimal("70.00")

    assert typed("late-fee", "end", "OC_TOMA", str(number)).stdout.startswith(f"Ended late fee {words} and before 20")
    assert refused("late-fee", "end", "OC_TOMA", str(number)).startswith(f"Late fee {number} was ended already")


def test_a_percentage_that_repeats(town: Client, offence: str) -> None:
    assert "12.5 % 14 days after due, again every 30 days, at most 60.00" in add(
        offence, "--percent", "12.5%", "--every", "30", "--cap", "60"
    )


def test_without_a_day_it_is_for_tickets_from_now_on(town: Client, overdue: str, offence: str) -> None:
    add(offence, "--amount", "20")
    assert typed("late-fee", "run", "OC_TOMA").stdout == "Added 0 late fees, 0.00 CAD in all.\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--amount", "0"], "A late fee is more than nothing, and 0 is not."),
        (["--percent", "much"], "'much' is not a percentage such as 12.5."),
        (["--percent", "NaN"], "'NaN' is not a percentage such as 12.5."),
        (["--amount", "5", "--every", "3", "--cap", "-1"], "A cap is more than nothing, and -1 is not."),
    ],
)
def test_what_cannot_be_is_refused(town: Client, offence: str, arguments: list[str], says: str) -> None:
    wanted = ["late-fee", "add", "OC_TOMA", "--offence", offence, "--days", "14", *arguments]
    assert says in refused(*wanted, expect=2)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--percent", "1000"], "A percentage is from 0.01 to 999.99."),
        ([], "A late fee is an amount or a percentage: give one of the two."),
        (["--amount", "5", "--every", "3"], "A late fee that repeats needs a cap: what it comes to at most."),
    ],
)
def test_what_makes_no_rule_is_refused(town: Client, offence: str, arguments: list[str], says: str) -> None:
    assert refused("late-fee", "add", "OC_TOMA", "--offence", offence, "--days", "14", *arguments) == says


def test_an_offence_or_a_fee_that_does_not_exist_is_not_found(town: Client) -> None:
    assert "no offence 99" in refused("late-fee", "add", "OC_TOMA", "--offence", "99", "--days", "1", "--amount", "5")
    assert refused("late-fee", "end", "OC_TOMA", "1") == "There is no late fee 1."
    assert typed("late-fee", "list", "OC_TOMA").stderr == "OC_TOMA has no late fees.\n"
