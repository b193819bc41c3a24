"""client add, client collect."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from tests.cast import issue
from tests.cli.typing_in import refused, typed

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db


def test_a_client_is_made_with_collections_off() -> None:
    said = typed(
        "client", "add", "OC_TOMA", "--name", "Town of Toma", "--currency", "usd", "--timezone", "America/Regina"
    )
    assert said.stdout == "Made OC_TOMA (Town of Toma). Collections are off: `curbledger client collect OC_TOMA on`.\n"
    client = Client.objects.get(code="OC_TOMA")
    assert (client.name, client.timezone, client.currency, client.collecting) == (
        "Town of Toma",
        "America/Regina",
        "USD",
        False,
    )


@pytest.mark.parametrize("again", ["OC_TOMA", "OC-TOMA", "oc_toma"])
def test_a_client_that_is_there_already_is_named(town: Client, again: str) -> None:
    said = refused("client", "add", again, "--name", "Another")
    assert said.startswith("There is a client OC_TOMA already: Town of OC_TOMA.")
    assert Client.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["X Y", "--name", "N"], "'X Y' is no client code. Take up to 50 letters, digits, dashes and underscores"),
        (["../etc", "--name", "N"], "'../etc' is no client code."),
        (["-", "--name", "N"], "'-' is no client code."),
        (["A" * 51, "--name", "N"], "is no client code."),
        (["Ö", "--name", "N"], "'Ö' is no client code."),
        (["TOMA", "--name", "  "], "A client needs a name"),
        (["TOMA", "--name", "N" * 201], "A client needs a name, of at most 200 characters."),
        (["TOMA", "--name", "N", "--timezone", "Toronto"], "Take one such as America/Toronto."),
        (["TOMA", "--name", "N", "--timezone", "EST5"], "There is no time zone 'EST5'."),
        (["TOMA", "--name", "N", "--currency", "dollars"], "'dollars' is no currency. Take its three letters"),
        (["TOMA", "--name", "N", "--currency", "C$D"], "'C$D' is no currency."),
    ],
)
def test_what_cannot_be_a_client_is_refused(arguments: list[str], said: str) -> None:
    assert said in refused("client", "add", *arguments)
    assert not Client.objects.exists()


def test_count_and_total_are_said_before_collections_are_on(town: Client, now: datetime) -> None:
    typed("client", "collect", "oc-toma", "off")
    with client_scope(town.pk):
        issue(town, at=now, fine="50.00")
        issue(town, at=now, fine="1200.25")
        issue(town, at=now, fine="70.00", due_at=now + timedelta(days=3))
    said = typed("client", "collect", "oc-toma", "on")
    assert said.stdout.splitlines() == [
        "The next call hands over 2 violations, 1,250.25 CAD in all.",
        "Collections are on for OC_TOMA.",
    ]
    assert Client.objects.get(pk=town.pk).collecting


def test_one_violation_is_one(town: Client, overdue: str) -> None:
    assert "hands over 1 violation, 50.00 CAD in all." in typed("client", "collect", "OC_TOMA", "on").stdout


def test_collections_are_switched_off_without_a_count(town: Client, overdue: str) -> None:
    assert typed("client", "collect", "OC_TOMA", "off").stdout == "Collections are off for OC_TOMA.\n"
    assert not Client.objects.get(pk=town.pk).collecting


def test_a_switch_stands_on_or_off(town: Client) -> None:
    assert "'maybe' is not one of 'on', 'off'" in refused("client", "collect", "OC_TOMA", "maybe", expect=2)


def test_an_unknown_client_comes_with_the_command_that_makes_it(db: None) -> None:
    said = refused("client", "collect", "NOBODY", "on")
    assert said == "There is no client NOBODY. `curbledger client add NOBODY --name NAME` makes it."


def test_how_staff_issue_is_shown_and_changed(town: Client) -> None:
    assert typed("client", "issuing", "OC_TOMA").stdout == (
        "Tickets are numbered {year}-{number:6}, and due after 15 days.\n"
    )
    said = typed("client", "issuing", "OC_TOMA", "--pattern", "P{number:4}", "--due-days", "21").stdout
    assert said == "Tickets are numbered P{number:4}, and due after 21 days.\n"
    assert "is no pattern such as" in refused("client", "issuing", "OC_TOMA", "--pattern", "P")


def test_a_client_is_renamed_and_keeps_the_currency_of_its_tickets(town: Client) -> None:
    assert typed("client", "change", "OC_TOMA", "--name", "City of Toma").stdout == (
        "OC_TOMA is City of Toma, in America/Toronto, with amounts in CAD.\n"
    )
    with client_scope(town.pk):
        issue(town)
    assert "They would not be converted" in refused("client", "change", "OC_TOMA", "--currency", "USD")
    assert "There is no time zone 'Mars'" in refused("client", "change", "OC_TOMA", "--timezone", "Mars")
