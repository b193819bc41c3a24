"""What went, shown again: batches, manifests, records, files; and to nobody else."""

from __future__ import annotations

import base64
import hashlib
import uuid
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.http import StreamingHttpResponse

from curbledger.database.scope import client_scope
from curbledger.placements.batch import Batch, Chunk, Placement
from curbledger.placements.models import Deliverer
from curbledger.violations.models import Attachment, Violation
from tests.agency_api.conftest import Agency, told
from tests.cast import NOON, issue

if TYPE_CHECKING:
    from curbledger.clients.client import Client


def _issue(town: Client, *tickets: str, **columns: Any) -> list[Violation]:
    with client_scope(town.pk):
        return [issue(town, ticket, **columns) for ticket in tickets]


def body_of(response: Any) -> bytes:
    assert isinstance(response, StreamingHttpResponse), response.content
    return b"".join(response)


def test_the_list_says_who_asked_from_where_and_how_it_ended(town: Client, agency: Agency) -> None:
    _issue(town, "A-1", "A-2")
    handoff, body = agency.collect()
    (line,) = agency.json("batches")["batches"]
    assert line["id"] == str(handoff.batch_uuid)
    assert (line["state"], line["revision"], line["count"], line["total"]) == ("delivered", 1, 2, "100.00")
    assert (line["digest"], line["size"]) == (hashlib.sha256(body).hexdigest(), len(body))
    assert (line["asked_by"], line["asked_from"], line["asked_with"]) == ("agency's own", "203.0.113.9", "receiver/1")
    assert line["outcome"] == "delivered: as the test wanted"
    assert line["asked_at"] == "2026-05-20T16:00:00Z"
    assert line["agency"] == "Collections"


def test_pages_go_back_to_the_first_batch_and_end(town: Client, agency: Agency) -> None:
    for number in range(5):
        _issue(town, f"A-{number}")
        agency.collect()
    seen: list[str] = []
    following: list[str | None] = []
    path = "batches?limit=2"
    for _ in range(3):
        page = agency.json(path)
        seen += [line["id"] for line in page["batches"]]
        following.append(page["next"])
        path = f"batches?limit=2&cursor={page['next']}"
    assert following == [seen[1], seen[3], None]
    with client_scope(town.pk):
        assert seen == [str(one) for one in Batch.objects.order_by("-id").values_list("uuid", flat=True)]


def test_a_batch_of_a_dead_process_is_undelivered(town: Client, agency: Agency) -> None:
    _issue(town, "A-1")
    handoff, _ = agency.collect(arrives=False)
    with client_scope(town.pk):
        Batch.objects.update(state="delivering", deliverer=uuid.uuid4())
    assert not Deliverer.objects.filter(pk=uuid.uuid4()).exists()
    assert agency.json(f"batches/{handoff.batch_uuid}")["state"] == "undelivered"


def test_the_manifest_has_every_violation_with_its_evidence(town: Client, agency: Agency) -> None:
    _issue(town, *(f"A-{number}" for number in range(5)), fine="50.25")
    handoff, _ = agency.collect()
    path = f"batches/{handoff.batch_uuid}?limit=2"
    first = agency.json(path)
    second = agency.json(f"{path}&cursor={first['next']}")
    third = agency.json(f"{path}&cursor={second['next']}")
    rows = [*first["violations"], *second["violations"], *third["violations"]]
    assert [row["ticket"] for row in rows] == [f"A-{number}" for number in range(5)]
    assert third["next"] is None
    assert {row["balance"] for row in rows} == {"50.25"}
    assert {row["state"] for row in rows} == {"open"}
    evidence = rows[0]["evidence"]
    assert (evidence["policy"], evidence["fine"], evidence["paid"]) == (1, "50.25", "0.00")
    assert evidence["due_at"].startswith("2026-04-10")
    assert [(one["revision"], one["count"]) for one in first["revisions"]] == [(1, 5)]


def test_records_are_the_very_bytes(town: Client, agency: Agency) -> None:
    _issue(town, "A-1", "A-2", "A-3")
    handoff, body = agency.collect()
    response = agency.get(f"batches/{handoff.batch_uuid}/records")
    digest = hashlib.sha256(body)
    assert body_of(response) == body
    assert response["X-Batch-Id"] == str(handoff.batch_uuid)
    assert (response["X-Batch-Revision"], response["X-Record-Count"], response["X-Total-Owing"]) == ("1", "3", "150.00")
    assert response["ETag"] == f'"{digest.hexdigest()}"'
    assert response["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert response["Content-Length"] == str(len(body))


def test_each_revision_can_be_shown_and_showing_changes_nothing(town: Client, agency: Agency) -> None:
    first, second = _issue(town, "A-1", "A-2")
    handoff, before = agency.collect(arrives=False)
    with client_scope(town.pk):
        Violation.objects.filter(pk=first.pk).update(cancelled_at=NOON)
    _, after = agency.collect(arrives=False)
    assert before != after
    path = f"batches/{handoff.batch_uuid}"
    for _ in range(2):
        assert body_of(agency.get(f"{path}/records?revision=1")) == before
        assert body_of(agency.get(f"{path}/records?revision=2")) == after
        assert body_of(agency.get(f"{path}/records")) == after
    assert agency.json(path)["state"] == "undelivered"
    one = agency.json(f"{path}?revision=1")["violations"]
    assert [(row["ticket"], row["state"]) for row in one] == [("A-1", "withdrawn"), ("A-2", "superseded")]
    assert one[0]["ended_reason"] == "cancelled"
    assert [row["ticket"] for row in agency.json(path)["violations"]] == ["A-2"]
    assert second.ticket == "A-2"


def test_what_was_never_printed_to_its_end_is_printed_once_and_stays(
    town: Client, agency: Agency, settings: Any
) -> None:
    settings.CURBLEDGER = settings.CURBLEDGER.model_copy(update={"chunk_records": 2})
    _issue(town, *(f"A-{number}" for number in range(5)))
    handoff, _ = agency.collect(arrives=False)
    with client_scope(town.pk):
        Chunk.objects.filter(position__gt=0).delete()
        type(handoff.revision).objects.update(digest=None, size=None)
    path = f"batches/{handoff.batch_uuid}"
    shown = body_of(agency.get(f"{path}/records"))
    assert body_of(agency.get(f"{path}/records")) == shown
    assert agency.json(path)["digest"] == hashlib.sha256(shown).hexdigest()


def test_another_agencys_batch_is_not_there(town: Client, agency: Agency, rival: Agency) -> None:
    _issue(town, "A-1")
    handoff, _ = agency.collect()
    path = f"batches/{handoff.batch_uuid}"
    assert rival.json("batches") == {"batches": [], "next": None}
    for suffix in ("", "/records", f"/attachments/{uuid.uuid4()}"):
        assert rival.refusal(path + suffix) == (404, 9009, None)
    assert rival.refusal(f"batches?cursor={handoff.batch_uuid}") == (422, 9033, "cursor")


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        (f"batches/{uuid.UUID(int=1)}", (404, 9009, None)),
        ("batches/not-a-batch", (404, 9009, None)),
        ("batches/not-a-batch/records", (404, 9009, None)),
        (f"batches/{uuid.UUID(int=1)}/attachments/x", (404, 9009, None)),
        ("batches/a/b/c", (404, 9009, None)),
        ("nothing", (404, 9009, None)),
        ("", (404, 9009, None)),
        ("preview/", (404, 9009, None)),
        ("batches?cursor=xyz", (422, 9033, "cursor")),
        (f"batches?cursor={uuid.UUID(int=1)}", (422, 9033, "cursor")),
        ("batches?limit=0", (422, 9033, "limit")),
        ("batches?limit=1001", (422, 9033, "limit")),
        ("batches?limit=many", (422, 9033, "limit")),
        ("batches/x?cursor=-1", (422, 9033, "cursor")),
        ("batches/x?revision=0", (422, 9033, "revision")),
        ("batches/x/records?revision=99999999999", (422, 9033, "revision")),
    ],
)
def test_every_refusal_has_the_one_body(agency: Agency, path: str, refusal: tuple[int, int, str | None]) -> None:
    assert agency.refusal(path) == refusal


def test_the_path_above_has_the_one_body_too(agency: Agency) -> None:
    assert told(agency.browser.get("/api/OC_TOMA/v1/collections")) == (404, 9009, None)  # type: ignore[arg-type]  # The stubs have a class of their own.


def test_a_revision_that_is_not_there_is_not_found(town: Client, agency: Agency) -> None:
    _issue(town, "A-1")
    handoff, _ = agency.collect()
    assert agency.refusal(f"batches/{handoff.batch_uuid}/records?revision=2") == (404, 9009, None)


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Path:
    settings.CURBLEDGER = settings.CURBLEDGER.model_copy(update={"home": tmp_path})
    folder = tmp_path / "files"
    (folder / "oc_toma").mkdir(parents=True)
    (folder / "oc_toma" / "a.png").write_bytes(b"\x89PNG picture")
    (tmp_path / "secret.key").write_text("secret")
    (folder / "oc_toma" / "link.png").symlink_to(tmp_path / "secret.key")
    return folder


def _attach(town: Client, violation: Violation, location: str) -> uuid.UUID:
    with client_scope(town.pk):
        return Attachment.objects.create(
            client_id=town.pk,
            violation_id=violation.pk,
            storage_location=location,
            name="a",
            extension="png",
            mime="image/png",
        ).unique_id


def test_a_file_comes_to_the_agency_that_holds_its_ticket(town: Client, agency: Agency, files: Path) -> None:
    (one,) = _issue(town, "A-1")
    unique_id = _attach(town, one, "oc_toma/a.png")
    handoff, _ = agency.collect()
    response = agency.get(f"batches/{handoff.batch_uuid}/attachments/{unique_id}")
    assert body_of(response) == b"\x89PNG picture"
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert response["Content-Disposition"] == 'attachment; filename="a.png"'


@pytest.mark.parametrize(
    "location", ["../secret.key", "/etc/passwd", "oc_toma/../../secret.key", "oc_toma/link.png", "oc_toma", "gone.png"]
)
def test_no_path_leads_out_of_the_stored_files(town: Client, agency: Agency, files: Path, location: str) -> None:
    (one,) = _issue(town, "A-1")
    unique_id = _attach(town, one, location)
    handoff, _ = agency.collect()
    assert agency.refusal(f"batches/{handoff.batch_uuid}/attachments/{unique_id}") == (404, 9009, None)


def test_a_file_of_another_batch_or_of_an_ended_placement_is_not_there(
    town: Client, agency: Agency, files: Path
) -> None:
    (one,) = _issue(town, "A-1")
    unique_id = _attach(town, one, "oc_toma/a.png")
    handoff, _ = agency.collect()
    _issue(town, "A-2")
    later, _ = agency.collect(NOON + timedelta(hours=1))
    assert agency.refusal(f"batches/{later.batch_uuid}/attachments/{unique_id}") == (404, 9009, None)
    with client_scope(town.pk):
        Placement.objects.filter(violation_id=one.pk).update(state="recalled")
    assert agency.refusal(f"batches/{handoff.batch_uuid}/attachments/{unique_id}") == (404, 9009, None)
