"""The same five tests for each call that pushes: works, a stranger's token, no token, no permission, a bad id."""

from __future__ import annotations

from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.permissions import TOKEN_PERMISSIONS
from tests.wire.pushing import Integrator, everything, integrator, told

PROFILE = {"unique_id": "u", "login_source": "OPSCOM", "first_name": "A", "last_name": "B", "email": "a@b.org"}
VEHICLE = {"plate": "ABC 123", "plateType": "Passenger", "prov": "ON"}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "profiles/push": ("profile-push", PROFILE),
    "profiles/types/list": ("profile-push", {}),
    "vehicles/push": ("vehicle-push", VEHICLE),
}
each_call = pytest.mark.parametrize("path", CALLS)


@each_call
def test_it_works(town: Client, path: str) -> None:
    permission, body = CALLS[path]
    status, answer = integrator(town, permission).push(path, **body)
    assert (status, answer["status"]) == (200, "success")


@each_call
def test_a_token_in_the_header_works_too(town: Client, path: str) -> None:
    permission, body = CALLS[path]
    gate = integrator(town, permission)
    assert gate.call(path, body, HTTP_AUTHORIZATION=f"Bearer {gate.secret}")[0] == 200


@each_call
def test_a_strangers_token_opens_nothing(town: Client, campus: Client, path: str) -> None:
    permission, body = CALLS[path]
    stranger = Integrator(town, integrator(campus, permission).secret)
    before = everything(town)
    assert told(stranger.push(path, **body)) == (403, 9002, None)
    assert everything(town) == before


@each_call
def test_no_token_opens_nothing(town: Client, path: str) -> None:
    assert told(Integrator(town, "").call(path, CALLS[path][1])) == (401, 9001, None)


@each_call
def test_another_permission_opens_nothing(town: Client, path: str) -> None:
    permission, body = CALLS[path]
    others = [name for name in TOKEN_PERMISSIONS if name != permission]
    before = everything(town)
    assert told(integrator(town, *others).push(path, **body)) == (403, 9002, None)
    assert everything(town) == before


@pytest.mark.parametrize(
    ("path", "name"), [("profiles/push", "user_type_id"), ("vehicles/push", "makeID"), ("vehicles/push", "provID")]
)
def test_a_bad_id_is_named(town: Client, path: str, name: str) -> None:
    permission, body = CALLS[path]
    before = everything(town)
    sent = {key: value for key, value in body.items() if key != name.removesuffix("ID")}
    assert told(integrator(town, permission).push(path, **sent, **{name: "424242"})) == (422, 9033, name)
    assert everything(town) == before


@each_call
def test_a_client_that_does_not_exist_is_answered_like_a_bad_token(town: Client, path: str) -> None:
    permission, body = CALLS[path]
    gate = integrator(town, permission)
    nowhere = f"/api/OC_NOWHERE/v1/{path}"
    assert told(gate.call(nowhere, {"apiToken": gate.secret, **body})) == (403, 9002, None)


@each_call
def test_what_is_not_json_changes_nothing(town: Client, path: str) -> None:
    gate = integrator(town, CALLS[path][0])
    before = everything(town)
    assert told(gate.call(path, f'{{"apiToken": "{gate.secret}",}}'.encode())) == (400, 9003, None)
    assert everything(town) == before
