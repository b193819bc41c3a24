"""Every route of the API, found in Django's own resolver: whom it refuses, and that it refuses with the one body."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.http import HttpResponseBase
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

from curbledger.agency_api.api import nothing_here
from curbledger.agency_api.edge import Edge
from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.permissions import TOKEN_PERMISSIONS
from curbledger.placements.models import Batch
from curbledger.violations.models import Attachment
from curbledger.wire import docs
from curbledger.wire.endpoint import Endpoint
from curbledger.wire.enveloped import Enveloped
from curbledger.wire.missing import missing_client, unknown_path
from tests import cast
from tests.isolation.filling import fill

# What anybody may ask, with a token or without, since it says the same to all.
PUBLIC: dict[Callable[..., Any], str] = {
    docs.page: "the documentation",
    docs.page_file: "its files",
    docs.openapi: "the API's description",
    missing_client: "complains that the path names no client",
    unknown_path: "says that there is no such path",
    nothing_here: "says that there is no such path",
}
# What stands in a path beside the client's code. Where it names a row, the row is one of the town's.
SAMPLES = {"name": "start.js", "rest": "no/such/path", "plate": "ABC123"}
ROWS: dict[str, Callable[[], object]] = {
    "batch": lambda: Batch.objects.get().uuid,
    "unique_id": lambda: Attachment.objects.get().unique_id,
}
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


class Route(NamedTuple):
    """One path and what answers it."""

    path: str
    view: Callable[..., Any]

    @property
    def parameters(self) -> set[str]:
        return set(_PARAMETER.findall(self.path))

    @property
    def permission(self) -> str:
        """The wire's name of what it takes."""
        assert isinstance(self.view, Endpoint | Edge)
        (name,) = (name for name, known in TOKEN_PERMISSIONS.items() if known == self.view.permission)
        return name

    @property
    def is_public(self) -> bool:
        return (self.view.view if isinstance(self.view, Edge) else self.view) in PUBLIC


def walk(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, path)
        else:
            yield Route(path, pattern.callback)


# The staff pages have a door of their own (test_pages.py).
ROUTES = tuple(route for route in walk(get_resolver().url_patterns) if not route.path.startswith("/portal/"))
GUARDED = [route for route in ROUTES if not route.is_public]
each_guarded = pytest.mark.parametrize("route", GUARDED, ids=[route.path for route in GUARDED])
each_public = pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.is_public], ids=[route.path for route in ROUTES if route.is_public]
)


class Caller:
    """Somebody who calls: knows the town's ids, and may say any code and any token."""

    def __init__(self, town: Client) -> None:
        # What a server would log as a fault is the answer here.
        self._browser = Browser(raise_request_exception=False)
        fill(town)
        with client_scope(town.pk):
            self._known = {**SAMPLES, **{name: str(find()) for name, find in ROWS.items()}}

    def call(self, route: Route, code: str, secret: str | None) -> HttpResponseBase:
        """The answer to a call with a token, or with none."""
        url = _PARAMETER.sub(lambda found: {**self._known, "client": code}[found[1]], route.path)
        if not isinstance(route.view, Endpoint) or route.view.methods[0] == "GET":
            return self._browser.get(url, headers={} if secret is None else {"Authorization": f"Bearer {secret}"})
        body = {} if secret is None else {route.view.token_names[0]: secret}
        if isinstance(route.view, Enveloped):
            body["client"] = code
        return self._browser.generic(route.view.methods[0], url, json.dumps(body), content_type="application/json")

    def ask(self, route: Route, code: str, secret: str | None) -> tuple[int, int | None]:
        """Status and code of the answer. A refusal is asserted to have the one body."""
        response = self.call(route, code, secret)
        if response.status_code < 400:
            return response.status_code, None
        refusal = json.loads(response.content)  # type: ignore[attr-defined]  # refusals do not stream
        if isinstance(route.view, Enveloped):
            assert (set(refusal) - {"ErrorField"}, refusal["data"]) == ({"error", "data", "message"}, None)
            refusal = {"ErrorCode": refusal["error"], "ErrorMessage": refusal["message"]}
        assert set(refusal) - {"ErrorField"} == {"ErrorCode", "ErrorMessage"}
        assert response["Content-Type"] == "application/json"
        assert response["Access-Control-Allow-Origin"] == "*"
        return response.status_code, refusal["ErrorCode"]


@pytest.fixture
def caller(town: Client) -> Caller:
    return Caller(town)


def token(client: Client, *permissions: str) -> str:
    """A token of the client; one that collects does so for its only agency."""
    return cast.caller(client, *permissions).secret


def test_every_route_is_one_that_these_tests_know_how_to_ask() -> None:
    """A route of another kind gets tests of its own here, or nobody knows whom it lets in."""
    assert GUARDED
    for route in ROUTES:
        assert route.parameters <= {"client", *SAMPLES, *ROWS}, f"{route.path}: add to SAMPLES or ROWS"
        if not route.is_public:
            assert isinstance(route.view, Endpoint | Edge), f"{route.path}: teach these tests to ask it"
            assert "client" in route.parameters or isinstance(route.view, Enveloped), f"{route.path}: whose is it?"
            assert route.permission in TOKEN_PERMISSIONS


@each_guarded
def test_a_colleague_is_let_in(caller: Caller, town: Client, route: Route) -> None:
    """However the code is spelt. Without this, the tests of whom is kept out would prove nothing."""
    secret = token(town, route.permission)
    for code in ("OC_TOMA", "oc-toma", "OC-TOMA"):
        status, _ = caller.ask(route, code, secret)
        assert status not in {401, 403, 405}
        # Of the files there is a row and nothing on the disk.
        assert status != 404 or "unique_id" in route.parameters


@each_guarded
def test_a_strangers_token_is_refused(caller: Caller, town: Client, campus: Client, route: Route) -> None:
    secret = token(campus, route.permission)
    assert caller.ask(route, "OC_TOMA", secret) == (403, 9002)
    assert caller.ask(route, "CAMPUS", secret)[0] != 403


@each_guarded
def test_what_belongs_to_another_client_is_not_there(
    caller: Caller, town: Client, campus: Client, route: Route
) -> None:
    """A stranger at its own door, with an id of ours."""
    answer = caller.ask(route, "CAMPUS", token(campus, route.permission))
    assert (answer == (404, 9009)) == bool(route.parameters & set(ROWS))


@each_guarded
def test_a_call_without_a_token_is_refused(caller: Caller, town: Client, route: Route) -> None:
    assert caller.ask(route, "OC_TOMA", None) == (401, 9001)


@each_guarded
def test_a_token_that_may_do_everything_else_is_refused(caller: Caller, town: Client, route: Route) -> None:
    others = [name for name in TOKEN_PERMISSIONS if name != route.permission]
    assert caller.ask(route, "OC_TOMA", token(town, *others)) == (403, 9002)


@each_guarded
@pytest.mark.parametrize("secret", ["NO-SUCH-TOKEN", "x" * 51, "not a token", "'; DROP TABLE client; --"])
def test_a_token_that_nobody_gave_out_is_refused(caller: Caller, town: Client, route: Route, secret: str) -> None:
    assert caller.ask(route, "OC_TOMA", secret) == (403, 9002)


@each_guarded
def test_a_client_who_does_not_exist_is_refused_like_a_bad_token(caller: Caller, town: Client, route: Route) -> None:
    """One answer for all: nobody learns which clients there are."""
    assert caller.ask(route, "OC_NOWHERE", token(town, route.permission)) == (403, 9002)
    assert caller.ask(route, "OC_NOWHERE", None) == (401, 9001)


@each_public
def test_what_is_public_says_the_same_to_everybody(caller: Caller, town: Client, campus: Client, route: Route) -> None:
    secrets = (None, "NO-SUCH-TOKEN", token(campus, *TOKEN_PERMISSIONS), token(town, *TOKEN_PERMISSIONS))
    answers = {
        (response.status_code, b"".join(response))
        for code in ("OC_TOMA", "CAMPUS", "OC_NOWHERE")
        for secret in secrets
        for response in (caller.call(route, code, secret),)
    }
    assert len(answers) == 1
