"""From a ticket back to the list, with what was looked for there; and nowhere else."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.portal.violations import Filters
from curbledger.portal.way_back import FILTERS
from curbledger.violations.models import Violation
from tests import cast
from tests.cast import issue

SOUGHT = "q=ABC+123&state=overdue&since=2026-01-01"


@pytest.fixture
def ticket(town: Client) -> Violation:
    with client_scope(town.pk):
        return issue(town, "T-1", vehicle=cast.vehicle(town, "ABC 123"))


def links(browser: Browser, address: str) -> list[str]:
    """Where a page's own content leads."""
    content = browser.get(address).content.decode().split('<main id="content"', 1)[1]
    return [html.unescape(link) for link in re.findall(r'href="([^"]+)"', content)]


def back(browser: Browser, address: str) -> str:
    """Where the first link of a page leads."""
    return links(browser, address)[0]


def test_every_filter_of_the_list_is_kept() -> None:
    assert set(FILTERS) == {*Filters.base_fields, "after"}


def test_a_ticket_leads_back_to_what_was_looked_for(ticket: Violation, clerk: Browser) -> None:
    found = f"/portal/violations?{SOUGHT}&category=&utm=x"
    (to_ticket,) = [link for link in links(clerk, found) if link.startswith(f"/portal/violations/{ticket.pk}")]
    assert back(clerk, to_ticket) == f"/portal/violations?{SOUGHT}"


def test_an_act_leads_back_to_its_ticket_and_from_there_to_what_was_looked_for(
    ticket: Violation, manager: Browser
) -> None:
    page = f"/portal/violations/{ticket.pk}?{urlencode({'list': SOUGHT})}"
    acts = [link for link in links(manager, page) if link.startswith(f"/portal/violations/{ticket.pk}/")]
    assert len(acts) > 5
    assert {back(manager, act) for act in acts} == {page}
    (link,) = [act for act in acts if urlsplit(act).path.endswith("/link")]
    assert 'name="list"' in manager.get(link).content.decode()


def test_what_is_picked_to_be_held_leads_back_too(ticket: Violation, officer: Browser) -> None:
    listed = officer.get(f"/portal/violations?{SOUGHT}").content.decode()
    assert f'name="list" value="{html.escape(SOUGHT)}"' in listed
    picked = urlencode({"ticket": ticket.pk, "list": SOUGHT})
    assert back(officer, f"/portal/violations/hold?{picked}") == f"/portal/violations?{SOUGHT}"


@pytest.mark.parametrize(
    "written",
    [
        "https://example.org/?q=x",
        "//example.org",
        "javascript:alert(1)",
        'next=//example.org&q="><script>alert(1)</script>',
        "q=x\r\nLocation: //example.org",
        "&" * 5000,
        "q=" + "x" * 5000,
        "\0",
    ],
)
def test_whatever_stands_in_the_address_leads_to_the_list_and_only_there(
    ticket: Violation, clerk: Browser, written: str
) -> None:
    address = f"/portal/violations/{ticket.pk}?{urlencode({'list': written})}"
    assert "<script>alert" not in clerk.get(address).content.decode()
    there = urlsplit(back(clerk, address))
    assert (there.scheme, there.netloc, there.path) == ("", "", "/portal/violations")
    assert set(parse_qs(there.query)) <= {"q"}


def test_without_a_list_it_leads_to_all_of_them(ticket: Violation, clerk: Browser) -> None:
    assert back(clerk, f"/portal/violations/{ticket.pk}") == "/portal/violations"
