"""The command `curbledger report`."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from curbledger.database.scope import client_scope
from curbledger.violations.payment import record_payment
from tests.cast import NOON, issue
from tests.cli.typing_in import typed

if TYPE_CHECKING:
    from pathlib import Path

    from curbledger.clients.client import Client

MAY = ("--since", "2026-05-01", "--until", "2026-05-31")


def test_a_report_goes_to_the_output_for_the_days_that_were_asked_for(town: Client) -> None:
    with client_scope(town.pk):
        ticket = issue(town).ticket
        record_payment(town, ticket, amount=Decimal("12.50"), at=NOON, by="maud")
        june = datetime(2026, 6, 1, 4, tzinfo=UTC)
        record_payment(town, ticket, amount=Decimal("1.00"), at=june, by="maud")
    said = typed("report", "payments", "oc-toma", *MAY).stdout
    assert said.splitlines() == [
        "Day,Recorded by,Payments,Amount paid,Reversed since,Amount kept",
        "2026-05-20,maud,1,12.50,0.00,12.50",
    ]


def test_a_spreadsheet_goes_to_a_file_and_never_over_one(town: Client, tmp_path: Path) -> None:
    out = tmp_path / "owed.xlsx"
    typed("report", "receivables", "OC_TOMA", "--format", "xlsx", "--out", str(out))
    kept = out.read_bytes()
    assert kept[:2] == b"PK"
    said = typed("report", "receivables", "OC_TOMA", "--out", str(out), expect=1)
    assert "is there already" in said.output
    assert out.read_bytes() == kept


def test_what_is_no_report_no_client_or_no_period_ends_with_a_line(town: Client) -> None:
    assert "There are: receivables, collections" in typed("report", "nonsense", "OC_TOMA", expect=1).output
    assert "There is no client NOWHERE" in typed("report", "payments", "NOWHERE", expect=1).output
    days = ("--since", "2026-05-02", "--until", "2026-05-01")
    assert "after the last" in typed("report", "payments", "OC_TOMA", *days, expect=1).output
