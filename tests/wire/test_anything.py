"""Whatever a caller sends to whatever path: the answer is the contract's, and a refused call changes nothing.

Each endpoint has a test of its own that draws likely values; this one draws the unlikely, for all of them.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client as Browser
from hypothesis import given, settings
from hypothesis import strategies as st

from curbledger.clients.client import Client
from curbledger.clients.models import ApiToken
from curbledger.database.owned import ClientOwned
from curbledger.database.scope import client_scope
from curbledger.permissions import TOKEN_PERMISSIONS
from curbledger.refusal import MEANINGS, NAMES_FIELD
from curbledger.wire.endpoint import Endpoint
from curbledger.wire.enveloped import Enveloped
from curbledger.wire.openapi import routes
from curbledger.wire.urls import urlpatterns
from tests.wire.pushing import SAMPLES, Integrator, integrator

# Only a real server hands over: stories and Schemathesis call that one.
ROUTES = [(route, view) for route, view in routes(urlpatterns) if "send_overdue" not in route]
STATUSES = {9002: {429}, 9003: {405, 415}, 9030: {413}, 9099: {503}}
# Its last use is noted, whatever comes of the call.
_CHANGED_BY_ANY_CALL = {ApiToken}

TEXTS = st.text(max_size=60) | st.sampled_from(
    ["", " ", "0", "-1", "1e3", "9" * 60, "ABC123", "ON", "2026-03-08T02:30:00", "9999-12-31T23:59:59", "\0", "x" * 300]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(TEXTS, SCALARS, max_size=3)
METHODS = st.sampled_from(["POST"] * 8 + ["GET", "GET", "PUT", "DELETE", "OPTIONS", "HEAD", "BREW"])
TYPES = st.sampled_from(["application/json"] * 6 + ["", "text/plain", "multipart/form-data; boundary=x", "a/b; c=\xe9"])
KEYS = st.sampled_from(["", "k-1", "\xe9", "x" * 300])
_NAMES = ("apiToken", "api_token", "client")
WORDS = sorted({name for _, view in ROUTES for field in view.fields for name in field.names} - set(_NAMES))


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """One of the contract's own, with some of it changed, taken away, or added."""
    samples = [{}, *(sample["body"] for sample in SAMPLES.values() if "body" in sample)]
    body = {key: value for key, value in draw(st.sampled_from(samples)).items() if key not in _NAMES}
    body.update(draw(st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=4)))
    for name in draw(st.lists(st.sampled_from(sorted(body)), max_size=2)) if body else ():
        body.pop(name, None)
    return body


def contents(client: Client) -> dict[str, Any]:
    """A digest of each table, as far as it is the client's."""
    models = [one for one in apps.get_models() if issubclass(one, ClientOwned) and one not in _CHANGED_BY_ANY_CALL]
    with client_scope(client.pk), connection.cursor() as cursor:
        found = {}
        for model in models:
            table = model._meta.db_table
            cursor.execute(f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
            found[table] = cursor.fetchone()
        return found


def check(answer: Any, view: Endpoint) -> bool:
    """Whether the call was refused. What is answered must be the contract's."""
    assert answer["Access-Control-Allow-Origin"] == "*"
    if answer.status_code == 204:
        return True
    assert answer["Content-Type"] == "application/json"
    if not answer.content:
        # The answer to HEAD has no body.
        return True
    body = json.loads(answer.content)
    if answer.status_code == 200:
        return False
    if isinstance(view, Enveloped):
        assert body.pop("data") is None
        body = {"ErrorCode": body.pop("error"), "ErrorMessage": body.pop("message"), **body}
    code = body["ErrorCode"]
    assert answer.status_code in {MEANINGS[code].status} | STATUSES.get(code, set())
    assert code != 9099
    assert body["ErrorMessage"].startswith(MEANINGS[code].message)
    named = code in NAMES_FIELD and answer.status_code != 413
    assert list(body) == ["ErrorCode", "ErrorMessage", *(["ErrorField"] if named else [])]
    return True


@pytest.fixture
def gate(town: Client) -> Integrator:
    return integrator(town, *TOKEN_PERMISSIONS)


def path_of(route: str, plate: str) -> str:
    return "/api/" + re.sub(r"{(\w+)}", lambda found: {"client": "oc-toma", "plate": plate}[found[1]], route)


@pytest.mark.parametrize(("route", "view"), ROUTES, ids=[route for route, _ in ROUTES])
@settings(max_examples=40)
@given(
    body=bodies(), method=METHODS, content_type=TYPES, key=st.none() | KEYS, token=st.sampled_from([True] * 5 + [False])
)
def test_any_body_is_answered_by_the_contract_and_a_refusal_changes_nothing(
    gate: Integrator, route: str, view: Endpoint, body: dict[str, Any], **call: Any
) -> None:
    named = {**body, **({"apiToken": gate.secret} if call["token"] else {})}
    if isinstance(view, Enveloped):
        named["client"] = gate.client.code
    headers = {} if call["key"] is None else {"HTTP_IDEMPOTENCY_KEY": call["key"]}
    before = contents(gate.client)
    answer = Browser(raise_request_exception=False).generic(
        call["method"], path_of(route, "ABC123"), json.dumps(named), content_type=call["content_type"], **headers
    )
    if check(answer, view):
        assert contents(gate.client) == before


@pytest.mark.parametrize(("route", "view"), ROUTES, ids=[route for route, _ in ROUTES])
@settings(max_examples=40)
@given(raw=st.binary(max_size=200) | st.text('{}[]",:\\u09eE.-+apiTokn \n', max_size=60).map(str.encode))
def test_any_bytes_are_answered_by_the_contract_and_change_nothing(
    gate: Integrator, route: str, view: Endpoint, raw: bytes
) -> None:
    before = contents(gate.client)
    answer = Browser(raise_request_exception=False).generic(
        "POST", path_of(route, "ABC123"), raw, content_type="application/json", HTTP_AUTHORIZATION="Bearer GUESS"
    )
    assert check(answer, view)
    assert contents(gate.client) == before
