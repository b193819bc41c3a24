"""Many tickets taken back, and many sent on another round: chosen by the address, seen first, done once."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements.sending import Handoff
from curbledger.portal.forms import new_key
from curbledger.violations.models import Location, Violation
from tests.cast import issue
from tests.placements.handing import arrived, history


@pytest.fixture
def sent(town: Client) -> Handoff:
    with client_scope(town.pk):
        quay = Location.objects.create(client_id=town.pk, name="Quay")
        for number in range(3):
            issue(town, f"T-{number}", at=clock.now(), location=quay if number else None)
    return arrived(town, at=clock.now())


def recalled(town: Client) -> list[str]:
    with client_scope(town.pk):
        return list(Violation.objects.filter(recalled_at__isnull=False).order_by("id").values_list("ticket", flat=True))


def send(browser: Browser, what: str, chosen: dict[str, object], expected: int, **said: str) -> HttpResponse:
    answer = browser.post(
        f"/portal/batches/{what}?{urlencode(chosen)}",
        {"form_key": new_key(), "reason": "Wrong signs.", "expected": expected, **said},
    )
    assert isinstance(answer, HttpResponse)
    return answer


def shown(browser: Browser, what: str, chosen: dict[str, object]) -> str:
    return browser.get(f"/portal/batches/{what}?{urlencode(chosen)}").content.decode()


def quay(town: Client) -> dict[str, object]:
    with client_scope(town.pk):
        return {"location": Location.objects.get(name="Quay").pk}


def test_count_and_total_are_seen_before_anything_is_done(town: Client, manager: Browser, sent: Handoff) -> None:
    page = shown(manager, "recall", quay(town))
    assert '<strong class="number">2</strong>' in page
    assert "100.00" in page
    assert "Would be taken back" in page
    assert "Recall them</button>" in page
    assert recalled(town) == []


def test_what_fits_is_recalled_and_nothing_else(town: Client, manager: Browser, sent: Handoff) -> None:
    assert send(manager, "recall", quay(town), 2).status_code == 302
    assert recalled(town) == ["T-1", "T-2"]


def test_a_batch_is_recalled_whole_from_its_page(town: Client, manager: Browser, sent: Handoff) -> None:
    page = manager.get(f"/portal/batches/{sent.batch_uuid}").content.decode()
    assert f"/portal/batches/recall?batch={sent.batch_uuid}" in page
    assert send(manager, "recall", {"batch": sent.batch_uuid}, 3).status_code == 302
    assert recalled(town) == ["T-0", "T-1", "T-2"]


def test_some_are_recalled_by_their_numbers(town: Client, manager: Browser, sent: Handoff) -> None:
    assert send(manager, "recall", {"tickets": "T-0, T-2\nT-0"}, 2).status_code == 302
    assert recalled(town) == ["T-0", "T-2"]


def test_what_changed_since_it_was_seen_is_looked_at_again(town: Client, manager: Browser, sent: Handoff) -> None:
    send(manager, "recall", {"tickets": "T-1"}, 1)
    answer = send(manager, "recall", quay(town), 2)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "look at them again" in page
    # The form that comes back agrees to what is there now.
    assert 'name="expected" value="1"' in page
    assert recalled(town) == ["T-1"]


def test_the_same_form_twice_recalls_once(town: Client, manager: Browser, sent: Handoff) -> None:
    key = new_key()
    for _ in range(2):
        assert send(manager, "recall", {"tickets": "T-1"}, 1, form_key=key).status_code == 302
    with client_scope(town.pk):
        ticket = Violation.objects.get(ticket="T-1")
    assert [state for _, state, _ in history(ticket)] == ["recalled"]


@pytest.mark.parametrize("chosen", [{}, {"tickets": " "}, {"location": "x"}, {"batch": "x"}, {"since": "yesterday"}])
def test_nothing_is_done_without_a_choice_that_can_be_read(
    town: Client, manager: Browser, sent: Handoff, chosen: dict[str, object]
) -> None:
    assert send(manager, "recall", chosen, 3).status_code == 422
    assert recalled(town) == []


def test_a_reason_is_needed(town: Client, manager: Browser, sent: Handoff) -> None:
    assert send(manager, "recall", quay(town), 2, reason=" ").status_code == 422
    assert recalled(town) == []


def test_who_may_not_recall_is_not_let_in(officer: Browser, sent: Handoff) -> None:
    assert officer.get("/portal/batches/recall").status_code == 403
    assert officer.get("/portal/batches/new-cycles").status_code == 403
    assert "/portal/batches/recall" not in officer.get(f"/portal/batches/{sent.batch_uuid}").content.decode()


class TestNewCycles:
    def test_what_was_recalled_goes_out_again_in_another_batch(
        self, town: Client, manager: Browser, sent: Handoff
    ) -> None:
        send(manager, "recall", quay(town), 2)
        assert '<strong class="number">2</strong>' in shown(manager, "new-cycles", quay(town))
        assert send(manager, "new-cycles", quay(town), 2).status_code == 302
        assert recalled(town) == []
        again = arrived(town, at=clock.now())
        assert (again.count, again.batch_uuid != sent.batch_uuid) == (2, True)

    def test_what_an_agency_has_stays_with_it(self, town: Client, manager: Browser, sent: Handoff) -> None:
        assert '<strong class="number">0</strong>' in shown(manager, "new-cycles", quay(town))
        assert send(manager, "new-cycles", quay(town), 2).status_code == 422
        assert arrived(town, at=clock.now()).count == 0

    def test_twice_frees_once(self, town: Client, manager: Browser, sent: Handoff) -> None:
        send(manager, "recall", {"tickets": "T-1"}, 1)
        send(manager, "new-cycles", {"tickets": "T-1"}, 1)
        send(manager, "new-cycles", {"tickets": "T-1"}, 1)
        with client_scope(town.pk):
            assert Violation.objects.get(ticket="T-1").cycle == 2

    def test_its_history_says_who_and_why(self, town: Client, manager: Browser, sent: Handoff) -> None:
        send(manager, "recall", {"tickets": "T-1"}, 1)
        send(manager, "new-cycles", {"tickets": "T-1"}, 1, reason="Another agency.")
        with client_scope(town.pk):
            ticket = Violation.objects.get(ticket="T-1")
        page = manager.get(f"/portal/violations/{ticket.pk}").content.decode()
        assert "New cycle started" in page
        assert "Another agency." in page


def test_what_is_looked_for_stands_in_the_address(town: Client, manager: Browser, sent: Handoff) -> None:
    answer = manager.post("/portal/batches/recall", {"look": "1", "tickets": "T-0 T-2", "since": "", "agency": ""})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/batches/recall?tickets=T-0+T-2")
    emptied = manager.post("/portal/batches/recall", {"look": "1", "tickets": ""})
    assert emptied.headers["Location"] == "/portal/batches/recall"


def test_more_numbers_than_an_address_holds_are_counted_and_recalled(
    town: Client, manager: Browser, sent: Handoff
) -> None:
    numbers = "T-0\nT-2\n" * 300
    looked = manager.post("/portal/batches/recall", {"look": "1", "tickets": numbers})
    assert looked.status_code == 200
    page = looked.content.decode()
    assert '<strong class="number">2</strong>' in page
    assert 'action="/portal/batches/recall" class="form"' in page
    assert '<input type="hidden" name="tickets" value="T-0' in page
    done = manager.post(
        "/portal/batches/recall",
        {"form_key": new_key(), "reason": "Wrong signs.", "expected": 2, "tickets": numbers},
    )
    assert (done.status_code, done.headers["Location"]) == (302, "/portal/batches/recall")
    assert recalled(town) == ["T-0", "T-2"]


@pytest.mark.parametrize("what", ["recall", "new-cycles"])
def test_the_last_day_of_all_is_a_day(town: Client, manager: Browser, sent: Handoff, what: str) -> None:
    assert manager.get(f"/portal/batches/{what}?until=9999-12-31").status_code == 200
