"""hold add, hold release."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from curbledger.clients.policy import HOLD_KINDS
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.violations.hold import hold_person
from curbledger.violations.standing import Hold
from tests.cast import issue, person
from tests.cli.typing_in import refused, typed

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client


def hold(ticket: str, *arguments: str, kind: str = "court") -> str:
    said = typed("hold", "add", "OC_TOMA", "--ticket", ticket, "--kind", kind, "--reason", "Trial", *arguments)
    return said.stdout.strip()


def release(ticket: str, *arguments: str) -> str:
    return typed("hold", "release", "OC_TOMA", "--ticket", ticket, "--reason", "Over", *arguments).stdout.strip()


def goes(ticket: str) -> bool:
    return " is eligible" in typed("explain", "OC_TOMA", ticket).stdout


def test_a_hold_keeps_a_ticket_back(town: Client, overdue: str) -> None:
    assert goes(overdue)
    assert hold(overdue) == f"Ticket {overdue} is held back until it is released (court)."
    assert not goes(overdue)


@pytest.mark.parametrize("kind", HOLD_KINDS)
def test_every_kind_can_be_placed(town: Client, overdue: str, kind: str) -> None:
    assert hold(overdue, kind=kind).endswith(f"({kind.replace('_', ' ')}).")


@pytest.mark.parametrize("kind", ["payment_plan", "payment-plan", "payment plan", "Payment-Plan", " PAYMENT PLAN "])
def test_a_kind_is_taken_however_it_is_spelt(town: Client, overdue: str, kind: str) -> None:
    hold(overdue, kind=kind)
    with client_scope(town.pk):
        assert Hold.objects.get().kind == "payment_plan"


@pytest.mark.parametrize("kind", ["", "paymentplan", "jail"])
def test_an_unknown_kind_comes_with_the_list(town: Client, overdue: str, kind: str) -> None:
    arguments = ["--ticket", overdue, "--kind", kind, "--reason", "x"]
    assert f"There are: {', '.join(HOLD_KINDS)}." in refused("hold", "add", "OC_TOMA", *arguments, expect=2)


def test_a_hold_ends_with_its_last_day(town: Client, overdue: str, now: datetime) -> None:
    today = clock.local_day(now, town.zone)
    assert hold(overdue, "--until", today.isoformat()) == f"Ticket {overdue} is held back through {today} (court)."
    assert not goes(overdue)
    with client_scope(town.pk):
        Hold.objects.update(until=today - timedelta(days=1))
    assert goes(overdue)


@pytest.mark.parametrize("day", ["2026-02-30", "31.05.2026", "tomorrow", "", "0000-00-00", "2026-5-1"])
def test_a_day_that_is_none_is_refused(town: Client, overdue: str, day: str) -> None:
    arguments = ["--ticket", overdue, "--kind", "court", "--reason", "x", "--until", day]
    assert "is not a day such as 2026-05-31." in refused("hold", "add", "OC_TOMA", *arguments, expect=2)


def test_a_day_that_is_over_is_refused(town: Client, overdue: str) -> None:
    arguments = ["--ticket", overdue, "--kind", "court", "--reason", "x", "--until", "2020-01-01"]
    assert refused("hold", "add", "OC_TOMA", *arguments).startswith("2020-01-01 is over: it is 2")
    assert goes(overdue)


def test_a_hold_needs_a_reason(town: Client, overdue: str) -> None:
    arguments = ["--ticket", overdue, "--kind", "court", "--reason", "  "]
    assert refused("hold", "add", "OC_TOMA", *arguments) == "A hold needs a reason."


def test_an_unknown_ticket_is_an_error(town: Client) -> None:
    arguments = ["--ticket", "4711", "--kind", "court", "--reason", "x"]
    assert refused("hold", "add", "OC_TOMA", *arguments) == "OC_TOMA has no ticket 4711."


def test_all_holds_of_a_ticket_are_released_at_once(town: Client, overdue: str) -> None:
    hold(overdue)
    hold(overdue, kind="payment-plan")
    assert release(overdue) == f"Released on ticket {overdue}: court, payment plan."
    assert goes(overdue)
    with client_scope(town.pk):
        assert {held.release_reason for held in Hold.objects.all()} == {"Over"}


def test_holds_of_one_kind_are_released_alone(town: Client, overdue: str) -> None:
    hold(overdue)
    hold(overdue, kind="other")
    assert release(overdue, "--kind", "court") == f"Released on ticket {overdue}: court."
    assert not goes(overdue)


def test_nothing_to_release_is_an_error(town: Client, overdue: str) -> None:
    arguments = ["--ticket", overdue, "--reason", "x"]
    said = refused("hold", "release", "OC_TOMA", *arguments, "--kind", "court")
    assert said == f"Nothing to release: ticket {overdue} itself is not held back (court)."
    assert refused("hold", "release", "OC_TOMA", *arguments).endswith("itself is not held back.")


def test_a_persons_hold_is_not_released_with_the_tickets(town: Client, now: datetime) -> None:
    with client_scope(town.pk):
        someone = person(town)
        issue(town, "T-1", at=now, person=someone)
        hold_person(town, someone.pk, kind="deceased", reason="x", at=now, by="test", until=date(2999, 1, 1))
    refused("hold", "release", "OC_TOMA", "--ticket", "T-1", "--reason", "x")
    assert not goes("T-1")
