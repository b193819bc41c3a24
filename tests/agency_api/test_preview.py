"""The preview over HTTP, refusals of callers, and what browsers are told."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from curbledger.agency_api import edge
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements.batch import Batch
from curbledger.placements.retention import change_retention, erase_old
from curbledger.wire import cors
from tests import cast
from tests.agency_api.conftest import Agency, amount, told
from tests.cast import issue

if TYPE_CHECKING:
    from curbledger.clients.client import Client


def test_it_equals_the_call_that_follows(town: Client, agency: Agency) -> None:
    now = clock.now()
    with client_scope(town.pk):
        issue(town, "A-1", at=now, fine="50.25")
        issue(town, "A-2", at=now, fine="9.99", due_at=now - timedelta(days=3))
        issue(town, "STAYS", at=now, due_at=now + timedelta(days=2))
    found = agency.json("preview")
    handoff, _ = agency.collect(now)
    assert (found["count"], amount(found["total"])) == (handoff.count, handoff.total)
    assert found["agencies"] == [{"agency": "Collections", "count": 2, "total": "60.24"}]
    assert [(age["days_past_due"], age["count"]) for age in found["ages"]] == [
        ("1-30", 1),
        ("31-60", 1),
        ("61-90", 0),
        ("over 90", 0),
    ]
    assert found["stays"] == {
        "count": 1,
        "total": "50.00",
        "reasons": [{"reason": "not_due", "count": 1, "total": "50.00", "examples": ["STAYS"]}],
    }
    assert (found["collecting"], found["currency"], found["reopens"]) == (True, "CAD", [])
    assert found["estimated_seconds"] == 0.0


PATHS = ("preview", "batches", "batches/x", "batches/x/records", "batches/x/attachments/x")
each_path = pytest.mark.parametrize("path", PATHS)


@each_path
def test_a_stranger_is_refused_like_a_bad_token(town: Client, campus: Client, agency: Agency, path: str) -> None:
    agency.caller = cast.caller(campus)
    assert agency.refusal(path) == (403, 9002, None)
    assert agency.refusal(path, "OC_NOWHERE") == (403, 9002, None)


@each_path
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic eDp5"])
def test_without_a_token_the_call_is_told_so(agency: Agency, path: str, header: str) -> None:
    assert agency.refusal(path, Authorization=header) == (401, 9001, None)


@each_path
@pytest.mark.parametrize("secret", ["WRONG", "x" * 51, "a b", "a_b"])
def test_what_nobody_gave_out_is_refused(agency: Agency, path: str, secret: str) -> None:
    assert agency.refusal(path, Authorization=f"Bearer {secret}") == (403, 9002, None)


@each_path
def test_a_token_that_may_do_other_things_is_refused(town: Client, agency: Agency, path: str) -> None:
    agency.caller = cast.caller(town, "permit-create", "profile-push")
    assert agency.refusal(path) == (403, 9002, None)


def test_a_colleague_is_let_in_however_the_code_is_spelt(agency: Agency) -> None:
    for code in ("OC_TOMA", "oc-toma", "OC-TOMA"):
        assert agency.get("preview", code).status_code == 200
        assert agency.get("batches", code).status_code == 200


def test_guesses_are_slowed_down_together_with_those_on_the_wire(agency: Agency) -> None:
    for _ in range(10):
        assert agency.refusal("preview", Authorization="Bearer WRONG") == (403, 9002, None)
        wire = agency.browser.post(
            "/api/OC_TOMA/v1/violations/send_overdue_to_collections", {"apiToken": "W"}, content_type="application/json"
        )
        assert wire.status_code == 403
    response = agency.get("preview", Authorization="Bearer WRONG")
    assert told(response) == (429, 9002, None)
    assert int(response["Retry-After"]) > 0
    assert agency.get("preview").status_code == 200


@each_path
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "BREW"])
def test_nothing_can_be_changed_here(agency: Agency, path: str, method: str) -> None:
    response = agency.browser.generic(method, f"/api/OC_TOMA/v1/collections/{path}")
    assert response.status_code == 405
    assert response["Allow"] == "GET, OPTIONS"
    if method != "HEAD":
        assert told(response) == (405, 9003, None)  # type: ignore[arg-type]


@each_path
def test_browsers_may_call_and_read(agency: Agency, path: str) -> None:
    response = agency.browser.options(f"/api/NOBODY/v1/collections/{path}")
    assert response.status_code == 204
    assert response["Access-Control-Allow-Headers"] == "content-type, authorization, idempotency-key"
    answer = agency.get("preview")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert {"X-Batch-Id", "Retry-After"} <= set(answer["Access-Control-Expose-Headers"].split(", "))
    assert answer["Cache-Control"] == "no-store"


def test_erased_records_are_gone_with_a_clear_message(town: Client, agency: Agency) -> None:
    now = clock.now()
    with client_scope(town.pk):
        issue(town, at=now)
    handoff, _ = agency.collect(now)
    with client_scope(town.pk):
        change_retention(town.pk, days=1, at=now, by="t")
        Batch.objects.update(delivered_at=now)
    assert erase_old(town.pk, at=now + timedelta(days=2)) == 1
    response = agency.get(f"batches/{handoff.batch_uuid}/records")
    assert told(response) == (410, 9009, None)
    assert "were erased on" in json.loads(response.content)["ErrorMessage"]
    line = agency.json(f"batches/{handoff.batch_uuid}")
    assert line["erased_at"] is not None
    assert len(line["digest"]) == 64


def test_what_nobody_foresaw_has_the_one_body_too(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("why")

    monkeypatch.setattr("curbledger.agency_api.api.preview", broken)
    assert agency.refusal("preview") == (500, 9099, None)


def test_both_edges_say_the_same() -> None:
    assert set(cors._ANSWER_HEADERS.split(", ")) - {"Idempotent-Replayed"} <= set(edge._EXPOSED.split(", "))
