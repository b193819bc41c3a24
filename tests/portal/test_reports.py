"""The pages of reports: who reads them, for which days, as files, and by mail."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser

from curbledger.database.scope import client_scope
from curbledger.portal import reports
from curbledger.reports.catalogue import REPORTS
from curbledger.reports.subscription import Subscription
from curbledger.violations.payment import record_payment
from tests.cast import NOON, issue
from tests.portal.staff import signed_in

if TYPE_CHECKING:
    from curbledger.clients.client import Client

MAY = "since=2026-05-01&until=2026-05-31"


def form_key(shown: str) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', shown)
    assert found is not None
    return found[1]


@pytest.fixture
def paid(town: Client) -> Client:
    with client_scope(town.pk):
        for number in range(3):
            ticket = issue(town).ticket
            record_payment(town, ticket, amount=Decimal("1000.50"), at=NOON, by=f"maud {number}")
    return town


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_report_opens_and_comes_as_files(paid: Client, name: str, language: str) -> None:
    officer = signed_in(paid, "collections-officer", language=language)
    assert officer.get(f"/portal/reports/{name}?{MAY}").status_code == 200
    for form, kind in (("csv", "text/csv"), ("xlsx", "spreadsheetml")):
        file = officer.get(f"/portal/reports/{name}/file?{MAY}&format={form}")
        assert file.status_code == 200
        assert kind in file["Content-Type"]
        assert f".{form}" in file["Content-Disposition"]


def test_a_file_opens_in_a_spreadsheet_with_its_accents_and_every_amount_to_the_cent(
    paid: Client, officer: Browser
) -> None:
    file = officer.get(f"/portal/reports/payments/file?{MAY}&format=csv").content
    assert file.startswith(b"\xef\xbb\xbfDay,")
    first = file.decode("utf-8-sig").splitlines()[1]
    assert first == "2026-05-20,maud 0,1,1000.50,0.00,1000.50"


def test_a_clerk_sees_none(clerk: Browser) -> None:
    assert clerk.get("/portal/reports").status_code == 403
    assert "/portal/reports" not in clerk.get("/portal/").content.decode()


def test_days_stand_in_the_address_and_in_the_links(paid: Client, officer: Browser) -> None:
    shown = officer.get(f"/portal/reports/payments?{MAY}").content.decode()
    assert 'value="2026-05-01"' in shown
    assert "file?since=2026-05-01&amp;until=2026-05-31&amp;format=xlsx" in shown
    assert shown.count('<td class="number right">1,000.50</td>') == 6
    assert '<td class="number right">3,001.50</td>' in shown
    assert "1,000.50" not in officer.get("/portal/reports/payments?since=2026-04-01&until=2026-04-30").content.decode()


@pytest.mark.parametrize(
    "asked", ["since=2026-05-02&until=2026-05-01", "since=2020-01-01&until=2026-05-01", "since=yesterday"]
)
def test_days_that_are_none_are_refused_with_the_reason(paid: Client, officer: Browser, asked: str) -> None:
    answer = officer.get(f"/portal/reports/payments?{asked}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert officer.get(f"/portal/reports/payments/file?{asked}").status_code == 400


def test_what_is_no_report_and_no_kind_of_file_is_said(officer: Browser) -> None:
    assert officer.get("/portal/reports/nonsense").status_code == 404
    assert officer.get("/portal/reports/payments/file?format=pdf").status_code == 400


def test_a_long_report_is_cut_on_the_page_and_not_in_its_sums(
    paid: Client, officer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_SHOWN", 2)
    shown = officer.get(f"/portal/reports/payments?{MAY}").content.decode()
    assert "The first 2 are shown; 1 more are in the files." in shown
    assert '<td class="number right">3,001.50</td>' in shown
    assert officer.get(f"/portal/reports/payments/file?{MAY}").content.count(b"\r\n") == 4


class TestByMail:
    URL = "/portal/reports/payments"

    def test_it_is_asked_for_and_ended(self, town: Client, officer: Browser) -> None:
        key = form_key(officer.get(self.URL).content.decode())
        wish = {"form_key": key, "every": "month", "form": "xlsx"}
        assert officer.post(self.URL, wish).status_code == 302
        shown = officer.get("/portal/reports").content.decode()
        assert "Payments by day and person, Every month, XLSX" in shown
        with client_scope(town.pk):
            number = Subscription.objects.get().pk
        end = {"form_key": form_key(shown), "subscription": str(number)}
        assert officer.post("/portal/reports", end).status_code == 302
        assert "Nothing yet." in officer.get("/portal/reports").content.decode()

    def test_a_double_click_asks_once(self, town: Client, officer: Browser) -> None:
        key = form_key(officer.get(self.URL).content.decode())
        for _ in range(2):
            answer = officer.post(self.URL, {"form_key": key, "every": "week", "form": "csv"})
            assert answer.status_code == 302
        with client_scope(town.pk):
            assert Subscription.objects.count() == 1

    def test_what_is_no_wish_is_refused(self, town: Client, officer: Browser) -> None:
        key = form_key(officer.get(self.URL).content.decode())
        assert officer.post(self.URL, {"form_key": key, "every": "hour", "form": "csv"}).status_code == 422
        with client_scope(town.pk):
            assert not Subscription.objects.exists()

    def test_nobody_ends_another_s(self, town: Client, officer: Browser) -> None:
        key = form_key(officer.get(self.URL).content.decode())
        officer.post(self.URL, {"form_key": key, "every": "week", "form": "csv"})
        with client_scope(town.pk):
            number = Subscription.objects.get().pk
        other = signed_in(town, "manager")
        # Their own page has no form to end one with.
        key = form_key(other.get(self.URL).content.decode())
        answer = other.post("/portal/reports", {"form_key": key, "subscription": str(number)})
        assert answer.status_code == 422
        with client_scope(town.pk):
            assert Subscription.objects.get().ended_at is None
