"""What was handed over, on its pages: found, read with its evidence, and fetched again to the byte."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from decimal import Decimal

import pytest
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements import chunks, manifest
from curbledger.placements.batch import Batch
from curbledger.placements.sending import Handoff
from curbledger.portal import batches as module
from curbledger.registry.access import PersonalDataAccess
from tests import cast
from tests.cast import issue
from tests.placements.calling import failing
from tests.placements.handing import arrived, body, broken


def text(browser: Browser, path: str) -> str:
    answer = browser.get(f"/portal/{path}")
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def fetched(browser: Browser, handoff: Handoff, form: str) -> bytes:
    answer = browser.get(f"/portal/batches/{handoff.batch_uuid}/{handoff.revision.number}/records.{form}")
    assert answer.status_code == 200, b"".join(answer)
    content = b"".join(answer)
    assert answer["Content-Length"] == str(len(content))
    assert f"{handoff.batch_uuid}-r{handoff.revision.number}.{form}" in answer["Content-Disposition"]
    return content


@pytest.fixture
def sent(town: Client) -> Handoff:
    with client_scope(town.pk):
        issue(town, "T-1", at=clock.now(), person=cast.person(town))
        issue(town, "T-2", at=clock.now(), fine=Decimal("30.00"))
    return arrived(town, at=clock.now())


def test_a_batch_is_listed_with_what_it_was(officer: Browser, sent: Handoff) -> None:
    shown = text(officer, "batches")
    assert str(sent.batch_uuid)[:8] in shown
    assert "Arrived" in shown
    assert "80.00" in shown
    assert "nightly" in shown


def test_its_page_shows_each_record_with_why_it_went_and_who_asked(officer: Browser, sent: Handoff) -> None:
    body(sent)
    shown = text(officer, f"batches/{sent.batch_uuid}")
    for said in ("T-1", "T-2", "policy 1", "192.0.2.7", "puller/2", "With the agency", "closed the connection"):
        assert said in shown
    with client_scope(sent.revision.client_id):
        digest = manifest.find_batch(sent.batch_uuid).digest
    assert digest is not None
    assert digest in shown


def test_lists_go_on_where_a_page_ends(
    town: Client, officer: Browser, sent: Handoff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 1)
    with client_scope(town.pk):
        issue(town, "T-3", at=clock.now())
    later = arrived(town, at=clock.now())
    first = text(officer, "batches")
    assert str(later.batch_uuid)[:8] in first
    assert f"?before={later.batch_uuid}" in first
    second = text(officer, f"batches?before={later.batch_uuid}")
    assert str(sent.batch_uuid)[:8] in second
    assert 'rel="next"' not in second
    records = text(officer, f"batches/{sent.batch_uuid}")
    assert "T-1" in records
    assert "T-2" not in records
    with client_scope(town.pk):
        (first_id,) = [one.violation_id for one in manifest.placements(sent.revision, limit=1)]
    assert "T-2" in text(officer, f"batches/{sent.batch_uuid}?after={first_id}")


@pytest.mark.parametrize("path", ["batches?before=x", "batches?before=3f0e2f6e-0000-4000-8000-000000000000"])
def test_a_page_that_is_none_is_told_so(officer: Browser, sent: Handoff, path: str) -> None:
    assert officer.get(f"/portal/{path}").status_code in {400, 404}


def test_the_bytes_come_again_as_they_went_out(officer: Browser, sent: Handoff) -> None:
    assert fetched(officer, sent, "json") == body(sent)


def test_a_revision_that_was_never_printed_to_its_end_is_printed_by_its_download(
    town: Client, officer: Browser
) -> None:
    with client_scope(town.pk):
        issue(town, "T-1", at=clock.now())
    handoff = broken(town, at=clock.now())
    content = fetched(officer, handoff, "json")
    assert [one["Ticket"] for one in json.loads(content)["records"]] == ["T-1"]
    assert body(handoff) == content


def test_each_revision_is_fetched_for_itself(town: Client, officer: Browser) -> None:
    with client_scope(town.pk):
        issue(town, "T-1", at=clock.now())
    first = broken(town, at=clock.now())
    with client_scope(town.pk):
        issue(town, "T-2", at=clock.now())
    second = arrived(town, at=clock.now())
    assert (first.batch_uuid, second.revision.number) == (second.batch_uuid, 2)
    counts = [len(json.loads(fetched(officer, one, "json"))["records"]) for one in (first, second)]
    assert counts == [1, 2]
    assert officer.get(f"/portal/batches/{first.batch_uuid}/3/records.json").status_code == 404


def test_spreadsheets_have_a_row_a_record(officer: Browser, sent: Handoff) -> None:
    rows = list(csv.DictReader(io.StringIO(fetched(officer, sent, "csv").decode())))
    assert [(row["Ticket"], row["Balance"]) for row in rows] == [("T-1", "50.00"), ("T-2", "30.00")]
    assert zipfile.ZipFile(io.BytesIO(fetched(officer, sent, "xlsx"))).testzip() is None
    assert officer.get(f"/portal/batches/{sent.batch_uuid}/1/records.jsonl").status_code == 404


def test_a_download_is_a_look_at_everybody_in_it(town: Client, officer: Browser, sent: Handoff) -> None:
    fetched(officer, sent, "csv")
    with client_scope(town.pk):
        (look,) = PersonalDataAccess.objects.filter(what="batch")
    assert look.seen_by.startswith("collections-officer")


def test_a_record_that_cannot_be_printed_ends_no_file_in_the_middle(
    town: Client, officer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client_scope(town.pk):
        tickets = [issue(town, f"T-{number}", at=clock.now()) for number in (1, 2)]
    handoff = broken(town, at=clock.now())
    monkeypatch.setattr(module, "export", failing(chunks.Unprintable([tickets[0].pk], "no")))
    answer = officer.get(f"/portal/batches/{handoff.batch_uuid}/1/records.json")
    assert answer.status_code == 409
    assert "set aside" in answer.content.decode()


def test_what_was_never_here_is_said_instead_of_fetched(town: Client, officer: Browser, sent: Handoff) -> None:
    with client_scope(town.pk):
        batch = Batch.objects.get()
        type(sent.revision).objects.filter(batch_id=batch.pk).update(tail=b"")
    assert "Sent by another system" in text(officer, f"batches/{sent.batch_uuid}")
    assert officer.get(f"/portal/batches/{sent.batch_uuid}/1/records.csv").status_code == 404


def test_a_clerk_sees_none_of_it(clerk: Browser, sent: Handoff) -> None:
    assert clerk.get("/portal/batches").status_code == 403
    assert "/portal/batches" not in text(clerk, "violations")
