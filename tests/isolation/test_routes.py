"""Every route of the API, found in Django's own resolver: whom it refuses, and that it refuses with the one body."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

from curbledger.clients.client import Client
from curbledger.permissions import TOKEN_PERMISSIONS
from curbledger.wire.endpoint import Endpoint
from tests import cast

# What stands in a path. `client` is the client's code; a new parameter gets a sample here.
SAMPLES: dict[str, str] = {}
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


class Route(NamedTuple):
    """One path and what answers it."""

    path: str
    endpoint: Callable[..., Any]

    def url(self, code: str) -> str:
        """The path for a client of that code."""
        return _PARAMETER.sub(lambda found: {**SAMPLES, "client": code}[found[1]], self.path)

    @property
    def permission(self) -> str:
        """The wire's name of what it takes."""
        assert isinstance(self.endpoint, Endpoint)
        (name,) = (name for name, known in TOKEN_PERMISSIONS.items() if known == self.endpoint.permission)
        return name


def walk(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, path)
        else:
            yield Route(path, pattern.callback)


ROUTES = tuple(walk(get_resolver().url_patterns))
each_route = pytest.mark.parametrize("route", ROUTES, ids=[route.path for route in ROUTES])


@pytest.fixture
def browser() -> Browser:
    # What the server would log as a fault is the answer here.
    return Browser(raise_request_exception=False)


def ask(browser: Browser, route: Route, code: str, secret: str | None) -> tuple[int, int | None]:
    """Status and code of the answer. A refusal is asserted to have the one body."""
    assert isinstance(route.endpoint, Endpoint)
    method = route.endpoint.methods[0]
    body = {} if secret is None else {route.endpoint.token_names[0]: secret}
    if method == "GET":
        headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        response = browser.get(route.url(code), headers=headers)
    else:
        response = browser.generic(method, route.url(code), json.dumps(body), content_type="application/json")
    if response.status_code < 400:
        return response.status_code, None
    refusal = json.loads(response.content)
    assert set(refusal) - {"ErrorField"} == {"ErrorCode", "ErrorMessage"}
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    return response.status_code, refusal["ErrorCode"]


def test_every_route_is_one_that_these_tests_know_how_to_ask() -> None:
    """A route of another kind gets tests of its own here, or nobody knows whom it lets in."""
    assert ROUTES
    for route in ROUTES:
        assert isinstance(route.endpoint, Endpoint), f"{route.path}: teach these tests to ask it"
        assert set(_PARAMETER.findall(route.path)) <= {"client", *SAMPLES}, f"{route.path}: add to SAMPLES"
        assert "client" in _PARAMETER.findall(route.path), f"{route.path}: whose is it?"
        assert route.permission in TOKEN_PERMISSIONS


@each_route
def test_a_colleague_is_let_in(browser: Browser, town: Client, route: Route) -> None:
    """However the code is spelt. Without this, the tests of whom is kept out would prove nothing."""
    secret = cast.caller(town, route.permission).secret
    for code in ("OC_TOMA", "oc-toma", "OC-TOMA"):
        status, _ = ask(browser, route, code, secret)
        assert status not in {401, 403, 404, 405}


@each_route
def test_a_strangers_token_is_refused(browser: Browser, town: Client, campus: Client, route: Route) -> None:
    secret = cast.caller(campus, route.permission).secret
    assert ask(browser, route, "OC_TOMA", secret) == (403, 9002)
    assert ask(browser, route, "CAMPUS", secret)[0] != 403


@each_route
def test_a_call_without_a_token_is_refused(browser: Browser, town: Client, route: Route) -> None:
    assert ask(browser, route, "OC_TOMA", None) == (401, 9001)


@each_route
def test_a_token_that_may_do_everything_else_is_refused(browser: Browser, town: Client, route: Route) -> None:
    others = [name for name in TOKEN_PERMISSIONS if name != route.permission]
    assert ask(browser, route, "OC_TOMA", cast.caller(town, *others).secret) == (403, 9002)


@each_route
@pytest.mark.parametrize("secret", ["NO-SUCH-TOKEN", "x" * 51, "not a token", "'; DROP TABLE client; --"])
def test_a_token_that_nobody_gave_out_is_refused(browser: Browser, town: Client, route: Route, secret: str) -> None:
    assert ask(browser, route, "OC_TOMA", secret) == (403, 9002)


@each_route
def test_a_client_who_does_not_exist_is_refused_like_a_bad_token(browser: Browser, town: Client, route: Route) -> None:
    """One answer for all: nobody learns which clients there are."""
    secret = cast.caller(town, route.permission).secret
    assert ask(browser, route, "OC_NOWHERE", secret) == (403, 9002)
    assert ask(browser, route, "OC_NOWHERE", None) == (401, 9001)
