"""Batches that an office brought along when it moved in, as commands and the agency's API show them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser
from typer.testing import CliRunner, Result

from curbledger.cli.app import app
from curbledger.database.scope import client_scope
from curbledger.importing.import_file import import_file
from curbledger.importing.mapping import load_mapping
from curbledger.importing.schema import Kind
from curbledger.kit import clock
from curbledger.placements.batch import Revision
from curbledger.placements.manifest import BatchLine
from curbledger.placements.manifest import batches as list_batches
from tests import cast

if TYPE_CHECKING:
    from pathlib import Path

    from curbledger.clients.client import Client

MAPPING = """
[fields]
ticket = "number"
issued = "issued"
due = { days_after_issue = 20 }
fine = "fine"
sent_on = "sent"
agency = { constant = "Harbour" }
"""


def run(*arguments: str, expect: int = 0) -> Result:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == expect, result.output
    return result


@pytest.fixture
def moved(town: Client, tmp_path: Path) -> BatchLine:
    """The batch of a ticket that another system sent."""
    mapping, path = tmp_path / "mapping.toml", tmp_path / "tickets.csv"
    mapping.write_text(MAPPING)
    path.write_text("number,issued,fine,sent\n1,2026-01-02,50,2026-03-02\n")
    rules = load_mapping(mapping, Kind.VIOLATIONS)
    import_file(town, path, kind=Kind.VIOLATIONS, mapping=rules, at=clock.now(), by="clerk")
    with client_scope(town.pk):
        (line,) = list_batches()
    return line


def test_commands_show_it_and_say_whose_its_bytes_are(moved: BatchLine) -> None:
    assert "1 violation" in run("batches", "OC_TOMA").output

    said = run("batch", "show", "OC_TOMA", str(moved.uuid)).output

    assert "sent on 2026-03-02 by another system, which kept its bytes" in said
    assert "delivered: before the office moved in" in said
    assert "SHA-256" not in said
    assert "1  50.00 CAD  open: " in said


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "xlsx"])
def test_there_is_nothing_to_export(moved: BatchLine, form: str, tmp_path: Path) -> None:
    out = tmp_path / "out"

    said = run("batch", "export", "OC_TOMA", str(moved.uuid), "--format", form, "--out", str(out), expect=1)

    assert "were sent by another system, before the office moved in" in said.output
    assert not out.exists()


def test_the_agency_sees_the_manifest_and_is_told_that_there_are_no_records(town: Client, moved: BatchLine) -> None:
    caller = cast.caller(town, agency="Harbour")
    headers = {"Authorization": f"Bearer {caller.secret}"}
    path = f"/api/OC_TOMA/v1/collections/batches/{moved.uuid}"

    shown = json.loads(Browser().get(path, headers=headers).content)
    refused = Browser().get(f"{path}/records", headers=headers)

    assert (shown["count"], shown["total"], shown["digest"]) == (1, "50.00", None)
    assert [one["ticket"] for one in shown["violations"]] == ["1"]
    assert refused.status_code == 404
    body = json.loads(refused.content)
    assert body["ErrorCode"] == 9009
    assert "their bytes were never here" in body["ErrorMessage"]
    with client_scope(town.pk):
        assert Revision.objects.get().digest is None
