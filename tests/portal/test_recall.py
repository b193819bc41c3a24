"""A ticket taken back from an agency on its page, and sent on another round."""

from __future__ import annotations

import re

import pytest
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements.agency import Agency
from curbledger.placements.batch import Revision
from curbledger.portal.forms import new_key
from curbledger.violations.models import Violation
from tests.cast import issue
from tests.placements.handing import arrived, placement
from tests.portal.test_acts import do, said


@pytest.fixture
def sent(town: Client) -> Violation:
    with client_scope(town.pk):
        made = issue(town, "T-1", at=clock.now())
    arrived(town, at=clock.now())
    return made


def page(browser: Browser, ticket: Violation) -> str:
    return browser.get(f"/portal/violations/{ticket.pk}").content.decode()


def test_it_is_recalled_and_its_page_says_who_did_it_and_why(manager: Browser, sent: Violation) -> None:
    assert "With an agency" in page(manager, sent)
    assert do(manager, sent, "recall", reason="Wrong signs.").status_code == 302
    assert "goes out again only in a new cycle" in said(manager, sent)
    shown = page(manager, sent)
    assert "Wrong signs." in shown
    assert "With an agency" not in shown
    ended_by = placement(sent).ended_by
    assert ended_by is not None
    assert ended_by.startswith("manager-")
    assert shown.count(ended_by) >= 1


def test_its_page_says_whose_call_took_it_and_what_let_it_go(clerk: Browser, sent: Violation) -> None:
    shown = page(clerk, sent)
    assert "nightly (token)" in shown
    assert re.search(r"It was unpaid, due \d{4}-\d\d-\d\d.*?: version 1 of the policy let it go[.]", shown)


def test_its_page_says_who_handed_it_over(town: Client, officer: Browser) -> None:
    with client_scope(town.pk):
        made = issue(town, "T-1", at=clock.now())
        agency = Agency.objects.create(client_id=town.pk, name="Acme Recovery", created_at=clock.now())
    sent = officer.post(f"/portal/workbench/agencies/{agency.pk}", {"form_key": new_key(), "way": "file"})
    assert sent.status_code == 302
    with client_scope(town.pk):
        handed_over_by = Revision.objects.get().handed_over_by
    assert f"· {handed_over_by}</p>" in page(officer, made)


def test_only_what_fits_is_offered(manager: Browser, officer: Browser, sent: Violation) -> None:
    address = f"/portal/violations/{sent.pk}"
    assert f"{address}/recall" in page(manager, sent)
    assert f"{address}/new-cycle" not in page(manager, sent)
    assert f"{address}/recall" not in page(officer, sent)
    do(manager, sent, "recall", reason="Wrong signs.")
    assert f"{address}/recall" not in page(manager, sent)
    assert f"{address}/new-cycle" in page(manager, sent)


def test_a_new_cycle_is_started_once(town: Client, manager: Browser, sent: Violation) -> None:
    assert do(manager, sent, "new-cycle", reason="Again.").status_code == 422
    do(manager, sent, "recall", reason="Wrong signs.")
    assert do(manager, sent, "new-cycle", reason="Another agency.").status_code == 302
    assert "Another agency." in page(manager, sent)
    assert do(manager, sent, "new-cycle", reason="Another agency.").status_code == 422
    assert arrived(town, at=clock.now()).count == 1


def test_it_is_found_among_the_recalled_and_no_more_among_those_with_an_agency(
    manager: Browser, sent: Violation
) -> None:
    do(manager, sent, "recall", reason="Wrong signs.")
    found = {
        state: "T-1" in manager.get(f"/portal/violations?state={state}").content.decode()
        for state in ("sent", "recalled")
    }
    assert found == {"sent": False, "recalled": True}
