"""The same tests for each call on permits: works, a stranger's token, no token, no permission, a bad id."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from curbledger.clients.client import Client
from curbledger.permissions import TOKEN_PERMISSIONS
from tests.permits.parking import everything
from tests.wire.pushing import Integrator, integrator, told

NEW: dict[str, Any] = {"plate": "ABC 123", "startTime": "2026-05-20T09:00:00", "endTime": "2026-05-20T17:00:00"}
PERMISSION = {
    "permits/push": "permit-create",
    "permits/update": "permit-create",
    "permits/delete": "permit-create",
    "permits/stats": "permit-stats",
}
each_call = pytest.mark.parametrize("path", PERMISSION)


@pytest.fixture
def body(town: Client, path: str) -> dict[str, Any]:
    """What makes the call work."""
    _, answer = integrator(town, "permit-create").push("permits/push", **NEW)
    named = {"reference_id": answer["reference_id"]}
    return {"permits/push": {**NEW, "plate": "OTHER"}, "permits/stats": {}}.get(path, named)


@each_call
def test_it_works_with_the_token_in_the_body_or_in_the_header(town: Client, path: str, body: dict[str, Any]) -> None:
    gate = integrator(town, PERMISSION[path])
    assert gate.push(path, **body)[0] == 200
    again = gate.call(path, body, HTTP_AUTHORIZATION=f"Bearer {gate.secret}")
    # What is deleted is gone.
    assert again[0] == (404 if path == "permits/delete" else 200)


@each_call
def test_a_strangers_token_opens_nothing(town: Client, campus: Client, path: str, body: dict[str, Any]) -> None:
    stranger = Integrator(town, integrator(campus, PERMISSION[path]).secret)
    before = everything(town)
    assert told(stranger.push(path, **body)) == (403, 9002, None)
    assert everything(town) == before


@each_call
def test_no_token_opens_nothing(town: Client, path: str, body: dict[str, Any]) -> None:
    before = everything(town)
    assert told(Integrator(town, "").call(path, body)) == (401, 9001, None)
    assert everything(town) == before


@each_call
def test_another_permission_opens_nothing(town: Client, path: str, body: dict[str, Any]) -> None:
    others = [name for name in TOKEN_PERMISSIONS if name != PERMISSION[path]]
    before = everything(town)
    assert told(integrator(town, *others).push(path, **body)) == (403, 9002, None)
    assert everything(town) == before


@pytest.mark.parametrize("path", ["permits/update", "permits/delete"])
def test_a_bad_id_is_not_found(town: Client, path: str, body: dict[str, Any]) -> None:
    before = everything(town)
    gate = integrator(town, PERMISSION[path])
    assert told(gate.push(path, **{**body, "reference_id": str(uuid4())})) == (404, 9009, None)
    assert everything(town) == before


@each_call
def test_what_is_not_json_changes_nothing(town: Client, path: str, body: dict[str, Any]) -> None:
    gate = integrator(town, PERMISSION[path])
    before = everything(town)
    assert told(gate.call(path, f'{{"apiToken": "{gate.secret}",}}'.encode())) == (400, 9003, None)
    assert everything(town) == before
