"""explain: eligible, or every reason why not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from tests.cast import issue
from tests.cli.typing_in import refused, typed

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client


def explain(ticket: str, code: str = "OC_TOMA") -> list[str]:
    return typed("explain", code, ticket).stdout.splitlines()


def test_a_ticket_that_goes(town: Client, overdue: str) -> None:
    assert explain(overdue) == [
        f"Ticket {overdue} is eligible: the next call hands it over.",
        "Balance: fine 50.00 = 50.00 CAD",
    ]


def test_a_ticket_that_goes_once_it_is_approved(town: Client, overdue: str) -> None:
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=clock.now(), by="maud", second_person=True)
    assert explain(overdue)[0] == f"Ticket {overdue} is eligible: it goes once it was proposed and approved."


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"spoiled": True}, "- It is spoiled: a void form."),
        ({"warning": True}, "- It is a warning, which never owes anything."),
        ({"cancelled_at": 1}, "- It was cancelled."),
        ({"fine": "0.00"}, "- Nothing is owed: fine 0.00 = 0.00 CAD."),
        ({"due_at": -3}, "- It is not due before "),
        ({"due_at": 0}, "- It is due today, "),
    ],
)
def test_a_ticket_that_stays(town: Client, now: datetime, columns: dict[str, object], reason: str) -> None:
    days = {name: now - timedelta(days=value) for name, value in columns.items() if type(value) is int}
    with client_scope(town.pk):
        issue(town, "T-1", at=now, **{**columns, **days})
    said = explain("T-1")
    assert said[0] == "Ticket T-1 is not eligible."
    assert said[1].startswith("Balance: ")
    assert len(said) == 3
    assert said[2].startswith(reason)


def test_every_reason_has_a_line_of_its_own(town: Client, now: datetime) -> None:
    typed("client", "collect", "OC_TOMA", "off")
    with client_scope(town.pk):
        issue(town, "T-1", at=now, spoiled=True, warning=True, cancelled_at=now, due_at=now + timedelta(days=3))
    typed("hold", "add", "OC_TOMA", "--ticket", "T-1", "--kind", "court", "--reason", "Trial requested")
    said = explain("T-1")
    assert [line[:25] for line in said[2:]] == [
        "- Collections are off for",
        "- It is spoiled: a void f",
        "- It is a warning, which ",
        "- It was cancelled.",
        "- It is not due before " + said[6][23:25],
        "- A hold keeps it back (c",
    ]


def test_the_balance_says_how_it_came_about(town: Client, overdue: str) -> None:
    typed("payment", "add", "OC_TOMA", "--ticket", overdue, "--amount", "12.50")
    assert explain(overdue)[1] == "Balance: fine 50.00 - paid 12.50 = 37.50 CAD"


def test_an_unknown_ticket_is_an_error(town: Client) -> None:
    assert refused("explain", "OC_TOMA", "4711") == "OC_TOMA has no ticket 4711."


def test_another_clients_ticket_does_not_exist(town: Client, campus: Client, overdue: str) -> None:
    assert refused("explain", "CAMPUS", overdue) == f"CAMPUS has no ticket {overdue}."
