"""The reports' rows, against what was done, and their files."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from curbledger.database.scope import client_scope
from curbledger.errors import Invalid, NotFound
from curbledger.notices.again import mark_returned
from curbledger.notices.models import Message
from curbledger.placements.batch import Batch
from curbledger.reports.catalogue import REPORTS, find_report
from curbledger.reports.collected import collected
from curbledger.reports.period import Period, months_back, months_in, period_of
from curbledger.reports.receivables import receivables
from curbledger.reports.report import Form
from curbledger.violations.payment import record_payment, reverse_payment
from curbledger.violations.void import spoil
from tests import cast
from tests.cast import NOON, issue
from tests.notices.town import by_letter, by_mail, plan, schedule, send_all
from tests.placements.aged import age, plans
from tests.placements.handing import arrived, broken
from tests.reports.busy import busy, recovered_by_hand

if TYPE_CHECKING:
    from curbledger.clients.client import Client
    from curbledger.reports.report import Row

TORONTO = ZoneInfo("America/Toronto")
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31), TORONTO)
DAY = timedelta(days=1)


def rows(client: Client, name: str, period: Period = YEAR) -> list[Row]:
    with client_scope(client.pk):
        return [tuple(row) for row in find_report(name).read(client, period, NOON)]


def written(client: Client, name: str, form: Form) -> bytes:
    report = find_report(name)
    out = io.BytesIO()
    with client_scope(client.pk):
        report.write(report.read(client, YEAR, NOON), form, out)
    return out.getvalue()


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_empty_client_has_every_report(town: Client, name: str, form: Form, language: str) -> None:
    with translation.override(language):
        assert len(rows(town, name)) == (name == "receivables")
        assert written(town, name, form)


def sheet_of(book: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        return parts.read("xl/worksheets/sheet1.xml").decode()


class TestPayments:
    def test_they_are_summed_by_day_and_by_who_recorded_them(self, town: Client) -> None:
        with client_scope(town.pk):
            for ticket, amount, by in (("A", "10.00", "maud"), ("B", "5.25", "maud"), ("C", "7.00", "token tills")):
                issue(town, ticket)
                record_payment(town, ticket, amount=Decimal(amount), at=NOON, by=by)
            record_payment(town, "A", amount=Decimal(1), at=NOON, by="maud", paid_at=NOON - DAY)
        assert rows(town, "payments") == [
            ("2026-05-19", "maud", 1, Decimal("1.00"), Decimal(0), Decimal("1.00")),
            ("2026-05-20", "maud", 2, Decimal("15.25"), Decimal(0), Decimal("15.25")),
            ("2026-05-20", "token tills", 1, Decimal("7.00"), Decimal(0), Decimal("7.00")),
        ]

    def test_what_was_reversed_is_seen_and_not_kept(self, town: Client) -> None:
        with client_scope(town.pk):
            issue(town, "A")
            paid = record_payment(town, "A", amount=Decimal(10), at=NOON, by="maud")
            record_payment(town, "A", amount=Decimal(4), at=NOON, by="maud")
            reverse_payment(town, "A", payment_id=paid.payment_id, reason="bounced", at=NOON + DAY, by="chief")
        assert rows(town, "payments") == [("2026-05-20", "maud", 2, Decimal(14), Decimal(10), Decimal(4))]

    @pytest.mark.parametrize(
        ("paid_at", "counts"),
        [
            (datetime(2026, 5, 1, 3, 59, 59, tzinfo=UTC), False),
            (datetime(2026, 5, 1, 4, 0, tzinfo=UTC), True),
            (datetime(2026, 6, 1, 3, 59, 59, tzinfo=UTC), True),
            (datetime(2026, 6, 1, 4, 0, tzinfo=UTC), False),
        ],
        ids=["before its first moment", "its first moment", "its last second", "after it"],
    )
    def test_a_month_is_that_of_the_client_s_calendar(self, town: Client, paid_at: datetime, counts: bool) -> None:
        with client_scope(town.pk):
            issue(town, "A")
            record_payment(town, "A", amount=Decimal(10), at=NOON, by="maud", paid_at=paid_at)
        may = Period(date(2026, 5, 1), date(2026, 5, 31), TORONTO)
        assert len(rows(town, "payments", may)) == counts


class TestCollections:
    def test_what_came_in_is_what_was_paid_while_the_agency_had_it(self, town: Client) -> None:
        busy(town)
        with client_scope(town.pk):
            by_hand = recovered_by_hand(town)
            found = collected(YEAR)
        assert {one.month: one.paid_total for one in found if one.paid} == by_hand
        assert sum(by_hand.values()) == Decimal("51.25")
        assert [(one.agency, one.month, one.placed, one.recalled) for one in found] == [
            ("Acme", "2026-03", 12, 0),
            ("Acme", "2026-04", 0, 0),
            ("Acme", "2026-05", 6, 2),
        ]
        with client_scope(town.pk):
            placed = {one.month: one.placed_total for one in found}
        assert placed["2026-03"] == sum(Decimal(f"{20 + number}.50") for number in range(12)) - 5
        assert [one.recalled_total for one in found][-1] == Decimal("54.00")

    def test_a_batch_that_went_out_again_counts_once_by_its_newest_revision(self, town: Client) -> None:
        with client_scope(town.pk):
            issue(town, "A")
            issue(town, "B")
        broken(town)
        with client_scope(town.pk):
            record_payment(town, "A", amount=Decimal(50), at=NOON, by="maud")
        arrived(town, at=NOON + timedelta(minutes=1))
        with client_scope(town.pk):
            assert [(one.placed, one.placed_total) for one in collected(YEAR)] == [(1, Decimal("50.00"))]

    def test_a_call_that_brought_nothing_is_no_row(self, town: Client) -> None:
        arrived(town)
        with client_scope(town.pk):
            assert Batch.objects.count() == 1
            assert collected(YEAR) == []

    def test_each_agency_has_a_row_of_its_own(self, town: Client) -> None:
        for name in ("Acme", "Bolt"):
            with client_scope(town.pk):
                issue(town, name)
            arrived(town, cast.caller(town, agency=name))
        with client_scope(town.pk):
            assert [(one.agency, one.placed) for one in collected(YEAR)] == [("Acme", 1), ("Bolt", 1)]


def test_notices_are_those_that_went_out_by_stage_and_way(town: Client) -> None:
    with client_scope(town.pk):
        schedule(town, (14, "mail"), (20, "letter"))
        person = by_mail(town)
        for ticket in ("A", "B"):
            issue(town, ticket, person=person)
        issue(town, "C", person=by_letter(town))
        plan(town)
        send_all(town)
        sent = Message.objects.get(state="sent")
        mark_returned(town, sent.pk, reason="no such box", at=NOON)
    assert rows(town, "notices") == [("2026-05", 1, "mail", 1, 2, 1)]


def test_spoiled_numbers_say_who_and_why_and_those_of_an_import_do_not(town: Client) -> None:
    with client_scope(town.pk):
        issue(town, "A", at=NOON)
        spoil(town, "A", reason="torn", at=NOON, by="maud")
        issue(town, "B", spoiled=True, issued_at=NOON - 50 * DAY)
        issue(town, "C")
    assert rows(town, "spoiled") == [
        ("A", "2026-03-21", "2026-05-20", "maud", "torn"),
        ("B", "2026-03-31", None, None, None),
    ]


class TestFiles:
    def test_a_csv_has_titles_and_every_row(self, town: Client) -> None:
        busy(town)
        lines = list(csv.reader(io.StringIO(written(town, "payments", Form.CSV).decode())))
        assert lines[0] == ["Day", "Recorded by", "Payments", "Amount paid", "Reversed since", "Amount kept"]
        assert [line[:3] for line in lines[1:]] == [[str(cell) for cell in row[:3]] for row in rows(town, "payments")]

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
    def test_what_would_be_a_formula_is_a_text(self, town: Client, start: str) -> None:
        evil = f"{start}1+cmd|' /C calc'!A0"
        with client_scope(town.pk):
            issue(town, "A", at=NOON)
            spoil(town, "A", reason=f"x{evil}", at=NOON, by=evil)
        ((_, _, _, by, reason),) = list(csv.reader(io.StringIO(written(town, "spoiled", Form.CSV).decode(), "")))[1:]
        assert (by, reason) == (f"'{evil}", f"x{evil}")
        sheet = sheet_of(written(town, "spoiled", Form.XLSX))
        assert "cmd|" in sheet
        assert "<f>" not in sheet

    def test_amounts_in_a_spreadsheet_are_numbers(self, town: Client) -> None:
        busy(town)
        sheet = sheet_of(written(town, "receivables", Form.XLSX))
        with client_scope(town.pk):
            office, *_ = receivables(town, at=NOON)
        assert re.search(rf'<c r="C2" s="\d+"><v>{office.totals[1]}</v></c>', sheet)
        assert "Held by" in sheet

    def test_titles_are_in_the_reader_s_language(self, town: Client) -> None:
        with translation.override("fr"):
            assert written(town, "payments", Form.CSV).decode().startswith("Jour,Inscrit par,")


class TestPeriods:
    def test_it_is_this_month_so_far_unless_something_is_asked(self) -> None:
        assert period_of(None, None, zone=TORONTO, at=NOON) == Period(date(2026, 5, 1), date(2026, 5, 20), TORONTO)

    def test_the_day_is_that_of_the_client(self) -> None:
        late = datetime(2026, 6, 1, 2, tzinfo=UTC)
        assert period_of(None, None, zone=TORONTO, at=late) == Period(date(2026, 5, 1), date(2026, 5, 31), TORONTO)

    @pytest.mark.parametrize(
        ("since", "until"),
        [
            (date(2026, 5, 2), date(2026, 5, 1)),
            (date(2025, 1, 1), date(2026, 1, 2)),
            (date(9999, 12, 1), date(9999, 12, 31)),
        ],
    )
    def test_what_is_no_period_is_refused(self, since: date, until: date) -> None:
        with pytest.raises(Invalid):
            period_of(since, until, zone=TORONTO, at=NOON)

    def test_a_leap_year_is_not_too_long(self) -> None:
        found = period_of(date(2028, 1, 1), date(2028, 12, 31), zone=TORONTO, at=NOON)
        assert (found.until - found.since).days == 365

    def test_twelve_months_end_with_this_one(self) -> None:
        months = months_in(months_back(NOON, TORONTO, 11))
        assert (months[0], months[-1], len(months)) == ("2025-06", "2026-05", 12)


def test_a_report_that_is_none_is_not_found() -> None:
    with pytest.raises(NotFound, match="receivables, collections, notices, payments, spoiled"):
        find_report("nonsense")


@pytest.mark.parametrize("name", [name for name, report in REPORTS.items() if report.by_period])
def test_what_is_read_is_bounded_by_the_days(town: Client, name: str) -> None:
    age(town)
    days = Period(date(2026, 7, 1), date(2026, 7, 31), TORONTO)
    with client_scope(town.pk), plans() as found:
        assert find_report(name).read(town, days, NOON) == []
    assert found.steps
    assert found.scans() == []
