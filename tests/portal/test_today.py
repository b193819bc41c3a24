"""The page everybody begins with."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client as Browser

from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements.by_staff import Way
from curbledger.placements.proposal import propose
from curbledger.reports import today
from tests import cast
from tests.cast import issue
from tests.portal.staff import signed_in

if TYPE_CHECKING:
    from curbledger.clients.client import Client


def page(browser: Browser) -> str:
    answer = browser.get("/portal/")
    assert answer.status_code == 200
    return answer.content.decode()


def chart(shown: str, name: str) -> dict[str, Any]:
    found = re.search(rf'<script id="chart-{name}" type="application/json">(.+?)</script>', shown)
    assert found is not None
    read: dict[str, Any] = json.loads(found[1])
    return read


@pytest.mark.parametrize("role", ["clerk", "collections-officer", "manager", "administrator"])
def test_everybody_begins_with_today(town: Client, role: str) -> None:
    assert "<h1>Today</h1>" in page(signed_in(town, role))


def test_a_client_without_anything_has_a_page(clerk: Browser) -> None:
    shown = page(clerk)
    assert chart(shown, "owing")["shown"] == ["0.00"] * 5
    assert len(chart(shown, "goes")["labels"]) == 15
    assert "No payment was ever recorded." in shown


def test_what_is_owed_stands_in_the_chart_and_in_the_table(town: Client, clerk: Browser) -> None:
    with client_scope(town.pk):
        issue(town, at=clock.now(), fine="1250.00")
        issue(town, at=clock.now(), due_at=clock.now() + timedelta(days=90))
    shown = page(clerk)
    owing = chart(shown, "owing")
    assert owing["labels"] == ["Not due", "1 to 30 days", "31 to 60 days", "61 to 90 days", "Over 90 days"]
    assert owing["series"] == [{"name": "The office", "values": [50.0, 0.0, 1250.0, 0.0, 0.0]}]
    assert owing["shown"] == ["50.00", "0.00", "1,250.00", "0.00", "0.00"]
    assert '<td class="number right">1,250.00</td>' in shown
    assert "Owed: 1,300.00\N{NO-BREAK SPACE}CAD" in shown
    assert chart(shown, "goes")["shown"][0] == "1,250.00 (1)"


def test_what_is_stuck_is_said_with_a_way_to_it(town: Client, clerk: Browser) -> None:
    with client_scope(town.pk):
        issue(town, "STUCK-1", at=clock.now())
    shown = page(clerk)
    assert "1 violation may go and has waited for more than 7 days: ticket STUCK-1." in shown
    assert "/portal/violations?q=STUCK-1" in shown
    # A clerk may read no reports, and an officer may.
    assert "/portal/reports/payments" not in shown
    assert "/portal/reports/payments" in page(signed_in(town, "collections-officer"))


def test_it_is_in_french_for_who_reads_french(town: Client) -> None:
    with client_scope(town.pk):
        issue(town, at=clock.now(), fine="1250.00")
    shown = page(signed_in(town, "clerk", language="fr"))
    assert "<h1>Aujourd&#x27;hui</h1>" in shown
    assert chart(shown, "owing")["labels"][0] == "Non échu"
    assert chart(shown, "owing")["shown"][2].endswith("250,00")


def test_nobody_waits_for_what_takes_long(town: Client, clerk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(today, "FEW", 1)
    with client_scope(town.pk):
        issue(town, at=clock.now())
    assert "The queue does it every ten minutes" in page(clerk)
    with client_scope(town.pk):
        today.keep_figures(town, at=clock.now())
    assert "Owed: 50.00" in page(clerk)


def test_a_name_that_looks_like_a_script_stays_a_name(town: Client, clerk: Browser) -> None:
    cast.caller(town, agency="</script><b>x")
    with client_scope(town.pk):
        issue(town, at=clock.now(), fine=str(Decimal(5)))
    assert "<b>x" not in page(clerk)


def test_only_the_page_itself_is_marked_as_here(clerk: Browser) -> None:
    assert re.search(r'href="/portal/" aria-current="page"', page(clerk))
    assert not re.search(r'href="/portal/" aria-current="page"', clerk.get("/portal/violations").content.decode())


def test_with_a_second_person_the_forecast_says_that_it_waits_and_for_which_proposal(
    town: Client, officer: Browser, clerk: Browser
) -> None:
    with client_scope(town.pk):
        agency = cast.caller(town).agency
        assert agency is not None
        issue(town, at=clock.now())
    assert "It waits for approval" not in page(officer)
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=clock.now(), by="maud", second_person=True)
    shown = page(officer)
    assert "It waits for approval" in shown
    assert "/workbench/proposals/" not in shown
    with client_scope(town.pk):
        made = propose(town, agency.pk, way=Way.CALL, at=clock.now(), by="maud@example.org")
    shown = page(officer)
    assert f"/portal/workbench/proposals/{made.pk}" in shown
    assert "1 ticket for Collections, proposed by maud@example.org" in shown
    # Who may not hand over sees that it waits, and has nothing to decide.
    assert "It waits for approval" in page(clerk)
    assert "/workbench/proposals/" not in page(clerk)
