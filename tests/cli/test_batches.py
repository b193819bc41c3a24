"""The commands that show what went: preview, batches, batch show, batch export, retention."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from curbledger.cli.app import app
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements.batch import Batch, BatchState, Chunk
from curbledger.placements.deliver import answer, settle
from curbledger.placements.flat import COLUMNS
from curbledger.placements.handoff import Asked, hand_over
from curbledger.placements.sending import Handoff
from tests.cast import caller, issue, person, vehicle

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client


def run(*arguments: str, expect: int = 0) -> Result:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == expect, result.output
    return result


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def handed(town: Client, at: datetime) -> tuple[Handoff, bytes]:
    """Three tickets, one with a comment that a spreadsheet would run, in chunks of two."""
    with client_scope(town.pk):
        driver = person(town, first_name="Zoë", last_name="=HYPERLINK(1)")
        issue(town, "C-1", at=at, fine="50.25", vehicle=vehicle(town, "ABC 123", driver))
        issue(town, "C-2", at=at, comment='=cmd|" /C calc"!A0', longitude=Decimal("-75.697193"))
        issue(town, "C-3", at=at, comment='two\nlines, and a "quote"')
    asked = Asked(
        client_id=town.pk,
        token_id=caller(town).token_id,
        token_name="agency's own",
        remote_address="203.0.113.9",
        user_agent="",
        path="p",
    )
    handoff = hand_over(asked, at=at)
    body = b"".join(answer(handoff.revision))
    settle(handoff, BatchState.DELIVERED, "t")
    return handoff, body


def test_the_preview_says_what_goes_and_what_stays(town: Client, at: datetime) -> None:
    with client_scope(town.pk):
        issue(town, "P-1", at=at)
        issue(town, "P-2", at=at, due_at=at.replace(year=at.year + 1, day=1))
    said = run("preview", "OC_TOMA").output
    assert "The next call hands over 1 violation, 50.00 CAD." in said
    assert re.search(r"31-60 days +1 violation, 50\.00 CAD", said)
    assert re.search(r"not_due +1 violation, 50\.00 CAD, such as P-2", said)
    with client_scope(town.pk):
        assert Batch.objects.count() == 0


def test_the_preview_of_a_client_that_is_off_says_so(town: Client, at: datetime) -> None:
    with client_scope(town.pk):
        issue(town, "P-1", at=at)
    run("client", "collect", "OC_TOMA", "off")
    said = run("preview", "OC_TOMA").output
    assert said.startswith("Collections are off for OC_TOMA")
    assert "The next call hands over 1 violation, 50.00 CAD." in said


def test_batches_are_listed_and_shown(handed: tuple[Handoff, bytes]) -> None:
    handoff, body = handed
    (line,) = run("batches", "OC_TOMA").output.splitlines()
    assert line.startswith(str(handoff.batch_uuid))
    assert "delivered" in line
    assert "3 violations, 150.25 CAD" in line
    said = run("batch", "show", "OC_TOMA", str(handoff.batch_uuid)).output
    assert "by agency's own from 203.0.113.9" in said
    assert f"{len(body)} bytes, SHA-256" in said
    evidence = re.search(r"C-1 +50\.25 CAD +open: (.*)", said)
    assert evidence is not None
    assert {"policy 1", "fine 50.25"} <= set(evidence[1].split(", "))


def test_a_client_without_batches_says_so(town: Client) -> None:
    assert "handed nothing over yet" in run("batches", "OC_TOMA").output


@pytest.mark.parametrize("arguments", [("batch", "show"), ("batch", "export", "--format", "json")])
def test_an_unknown_batch_is_an_error(town: Client, arguments: tuple[str, ...]) -> None:
    unknown = "00000000-0000-0000-0000-000000000001"
    assert "There is no batch" in run(*arguments, "OC_TOMA", unknown, expect=1).output
    run(*arguments, "OC_TOMA", "no-batch", expect=2)


def _export(handoff: Handoff, form: str, *more: str) -> Result:
    return run("batch", "export", "OC_TOMA", str(handoff.batch_uuid), "--format", form, *more)


@pytest.fixture
def small_chunks(settings: Any) -> None:
    settings.CURBLEDGER = settings.CURBLEDGER.model_copy(update={"chunk_records": 2})


def test_json_is_the_very_bytes(small_chunks: None, handed: tuple[Handoff, bytes], tmp_path: Path) -> None:
    handoff, body = handed
    assert _export(handoff, "json").stdout_bytes == body
    _export(handoff, "json", "--out", str(tmp_path / "b.json"), "--revision", "1")
    assert (tmp_path / "b.json").read_bytes() == body
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"]


def test_jsonl_is_a_record_a_line_as_it_was_printed(small_chunks: None, handed: tuple[Handoff, bytes]) -> None:
    handoff, body = handed
    with client_scope(handoff.revision.client_id):
        assert Chunk.objects.count() == 2
    lines = _export(handoff, "jsonl").stdout_bytes.splitlines()
    assert [json.loads(line) for line in lines] == json.loads(body)["records"]
    assert all(line in body for line in lines)


def test_csv_has_the_same_columns_always_and_no_formulas(small_chunks: None, handed: tuple[Handoff, bytes]) -> None:
    handoff, _ = handed
    text = _export(handoff, "csv").stdout_bytes.decode()
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    assert header == list(COLUMNS)
    found = [dict(zip(header, row, strict=True)) for row in rows]
    assert [row["Ticket"] for row in found] == ["C-1", "C-2", "C-3"]
    assert [row["Balance"] for row in found] == ["50.25", "50.00", "50.00"]
    assert (found[0]["Plate"], found[0]["PlateProvince"], found[0]["DriverFirstName"]) == ("ABC 123", "ON", "Zoë")
    assert found[0]["DriverLastName"] == "'=HYPERLINK(1)"
    assert found[1]["Comment"] == '\'=cmd|" /C calc"!A0'
    assert found[1]["longitude"] == "-75.697193"
    assert found[2]["Comment"] == 'two\nlines, and a "quote"'
    assert found[0]["Offences"] == "Parked in Loading Zone"


def test_the_columns_of_a_spreadsheet_never_change() -> None:
    assert list(COLUMNS)[:5] == ["Balance", "ViolationID", "Ticket", "Issued", "Due"]
    assert list(COLUMNS)[-1] == "Attachments"
    assert len(COLUMNS) == 53


def test_xlsx_has_amounts_as_numbers_and_texts_as_texts(
    small_chunks: None, handed: tuple[Handoff, bytes], tmp_path: Path
) -> None:
    handoff, _ = handed
    out = tmp_path / "b.xlsx"
    _export(handoff, "xlsx", "--out", str(out))
    with zipfile.ZipFile(out) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert re.search(r'<c r="A2" s="\d+"><v>50\.25</v></c>', sheet)
    assert "=cmd|" in sheet
    assert "<f>" not in sheet
    assert "Zoë" in sheet
    assert sheet.count("<row ") == 4
    assert (
        "say which with --out"
        in run("batch", "export", "OC_TOMA", str(handoff.batch_uuid), "--format", "xlsx", expect=1).output
    )


def test_an_empty_batch_can_be_exported(town: Client, tmp_path: Path) -> None:
    asked = Asked(
        client_id=town.pk, token_id=caller(town).token_id, token_name="t", remote_address="", user_agent="", path="p"
    )
    handoff = hand_over(asked, at=clock.now())
    assert json.loads(_export(handoff, "json").stdout_bytes)["records"] == []
    assert _export(handoff, "jsonl").stdout_bytes == b""
    assert _export(handoff, "csv").stdout_bytes.count(b"\r\n") == 1
    _export(handoff, "xlsx", "--out", str(tmp_path / "b.xlsx"))


def test_what_cannot_be_written_leaves_nothing(handed: tuple[Handoff, bytes], tmp_path: Path) -> None:
    handoff, _ = handed
    where = str(tmp_path / "nowhere" / "b.csv")
    said = run("batch", "export", "OC_TOMA", str(handoff.batch_uuid), "--format", "csv", "--out", where, expect=1)
    assert "cannot be written" in said.output


def test_erased_bytes_cannot_be_exported_and_the_rest_is_shown(town: Client, handed: tuple[Handoff, bytes]) -> None:
    handoff, _ = handed
    assert "1 days after" in run("client", "retention", "OC_TOMA", "1").output
    with client_scope(town.pk):
        Batch.objects.update(delivered_at=clock.now().replace(year=2020))
    assert "erased the bytes of 1 batches" in run("retention", "run").output
    assert run("retention", "run").output == ""
    identity = str(handoff.batch_uuid)
    said = run("batch", "export", "OC_TOMA", identity, "--format", "json", expect=1).output
    assert "were erased on" in said
    assert "its bytes were erased on" in run("batch", "show", "OC_TOMA", identity).output
    assert "for ever" in run("client", "retention", "OC_TOMA", "forever").output


@pytest.mark.parametrize("keep", ["0", "soon", "1.5", "²"])
def test_a_retention_that_cannot_be_is_an_error(town: Client, keep: str) -> None:
    run("client", "retention", "OC_TOMA", keep, expect=1)
