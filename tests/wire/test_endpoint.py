"""The decorator: what it refuses and in which order, and what a view gets."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import path, resolve, reverse

from curbledger import errors
from curbledger.clients.token import Access
from curbledger.permissions import Permission
from curbledger.wire.endpoint import Call, Endpoint, endpoint
from curbledger.wire.fields import Field
from curbledger.wire.incoming import LARGEST_BODY
from curbledger.wire.kinds import TEXT

GOOD = "GOOD-TOKEN"
OTHER = "TOKEN-FOR-OTHER-THINGS"
# Longer than a float can tell apart.
DIGITS = "1234567890123456789012345"
PLATE = Field("plate", ("plate", "LicencePlate"), TEXT, limit=5, required=True, required_code=9006)
ZONE = Field("zone", ("zone",), TEXT, limit=5)


def access(*permissions: Permission) -> Access:
    return Access(
        client_id=1,
        client_code="OC_TOMA",
        client_name="Toma",
        timezone=ZoneInfo("America/Toronto"),
        currency="CAD",
        token_id=1,
        token_name="gate",
        permissions=frozenset(permissions),
    )


@pytest.fixture(autouse=True)
def failures(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of failed tokens, in order. Clients and tokens are two lines here, and nobody needs a database."""
    noted: list[str] = []

    def authenticate(*, client_code: str, secret: str, at: datetime, address: str | None) -> Access:
        opened = {GOOD: Permission.PERMITS_WRITE, DIGITS: Permission.PERMITS_WRITE, OTHER: Permission.LOTS_VALUES}
        if client_code != "OC_TOMA" or secret not in opened:
            raise errors.AccessRefused
        return access(opened[secret])

    def record_failed_attempt(address: str, *, at: datetime) -> int:
        noted.append(address)
        return noted.count(address)

    monkeypatch.setattr("curbledger.wire.endpoint.authenticate", authenticate)
    monkeypatch.setattr("curbledger.throttle.record_failed_attempt", record_failed_attempt)
    return noted


@pytest.fixture
def calls() -> list[Call]:
    """The calls that reached the view."""
    return []


@pytest.fixture
def view(calls: list[Call]) -> Endpoint:
    @endpoint(permission=Permission.PERMITS_WRITE, fields=(PLATE, ZONE))
    def push(call: Call) -> HttpResponseBase:
        calls.append(call)
        return HttpResponse(b"[]", content_type="application/json", headers={"X-Batch-Id": "7"})

    return push


def ask(
    view: Endpoint,
    body: Any = None,
    *,
    method: str = "POST",
    client: str = "OC_TOMA",
    content_type: str = "application/json",
    **extra: Any,
) -> HttpResponseBase:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = RequestFactory().generic(method, "/api/OC_TOMA/v1/x", raw, content_type=content_type, **extra)
    return view(request, client=client)


def told(response: HttpResponseBase) -> tuple[int, int, str | None]:
    """Status, code and field of a refusal, whose body must be the one body."""
    assert isinstance(response, HttpResponse)
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    body = json.loads(response.content)
    assert set(body) - {"ErrorField"} == {"ErrorCode", "ErrorMessage"}
    return response.status_code, body["ErrorCode"], body.get("ErrorField")


def test_a_good_call_reaches_the_view_with_all_it_needs(view: Endpoint, calls: list[Call]) -> None:
    before = datetime.now(UTC)
    body = {"apiToken": GOOD, "LicencePlate": "ABC", "more": [1]}
    response = ask(view, body, HTTP_USER_AGENT="gate/1", HTTP_IDEMPOTENCY_KEY="k-1", REMOTE_ADDR="203.0.113.9")
    assert response.status_code == 200
    (call,) = calls
    assert call.access == access(Permission.PERMITS_WRITE)
    assert call.values[PLATE] == "ABC"
    assert ZONE not in call.values
    assert call.raw == json.dumps(body).encode()
    assert call.body["LicencePlate"] == "ABC"
    assert (call.idempotency_key, call.user_agent, call.remote_address) == ("k-1", "gate/1", "203.0.113.9")
    assert before <= call.at <= datetime.now(UTC)


def test_what_else_the_path_captures_is_in_the_call(view: Endpoint, calls: list[Call]) -> None:
    request = RequestFactory().post("/", {"apiToken": GOOD, "plate": "A"}, content_type="application/json")
    assert view(request, client="OC_TOMA", plate="XYZ").status_code == 200
    assert calls[0].captured == {"plate": "XYZ"}
    assert calls[0].idempotency_key is None


@pytest.mark.parametrize(
    ("body", "extra", "refusal"),
    [
        (b"{", {"client": "", "method": "PUT"}, (404, 9000, None)),
        (b"{", {"method": "PUT", "content_type": "multipart/form-data; boundary=x"}, (405, 9003, None)),
        (b"{", {"content_type": "multipart/form-data; boundary=x"}, (415, 9003, None)),
        (b"apiToken=x", {"content_type": "application/x-www-form-urlencoded"}, (415, 9003, None)),
        (b"{" * (LARGEST_BODY + 1), {}, (413, 9030, None)),
        (b"{", {}, (400, 9003, None)),
        (b"", {}, (400, 9003, None)),
        (b"", {"HTTP_AUTHORIZATION": f"Bearer {GOOD}"}, (400, 9003, None)),
        ({}, {"client": "NOBODY"}, (401, 9001, None)),
        ({"apiToken": GOOD}, {"client": "NOBODY"}, (403, 9002, None)),
        ({"apiToken": "WRONG", "zone": "too long"}, {}, (403, 9002, None)),
        ({"apiToken": OTHER, "zone": "too long"}, {}, (403, 9002, None)),
        ({"apiToken": GOOD, "zone": "too long"}, {"HTTP_IDEMPOTENCY_KEY": ""}, (422, 9006, None)),
        ({"apiToken": GOOD, "zone": "too long", "plate": "A"}, {"HTTP_IDEMPOTENCY_KEY": ""}, (422, 9030, "zone")),
        ({"apiToken": GOOD, "plate": "A"}, {"HTTP_IDEMPOTENCY_KEY": ""}, (422, 9033, "Idempotency-Key")),
    ],
    ids=str,
)
def test_complaints_come_in_the_contracts_order(
    view: Endpoint, calls: list[Call], body: Any, extra: dict[str, Any], refusal: tuple[int, int, str | None]
) -> None:
    assert told(ask(view, body, **extra)) == refusal
    assert not calls


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "BREW"])
def test_another_method_is_told_which_are_allowed(view: Endpoint, method: str) -> None:
    response = ask(view, {"apiToken": GOOD}, method=method)
    assert told(response) == (405, 9003, None)
    assert response["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/xml; charset=utf-16", ""])
def test_any_other_content_type_is_read_as_json(view: Endpoint, content_type: str) -> None:
    assert ask(view, {"apiToken": GOOD, "plate": "A"}, content_type=content_type).status_code == 200


@pytest.mark.parametrize("absent", [{}, {"apiToken": None}, {"apiToken": ""}], ids=str)
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic R09PRDpUT0tFTg==", GOOD])
def test_a_token_that_is_nowhere_is_missing(
    view: Endpoint, absent: dict[str, Any], header: str, failures: list[str]
) -> None:
    assert told(ask(view, {**absent, "plate": "A"}, HTTP_AUTHORIZATION=header)) == (401, 9001, None)
    assert not failures


@pytest.mark.parametrize("absent", [{}, {"apiToken": None}, {"apiToken": ""}], ids=str)
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
def test_a_token_may_stand_in_the_header(view: Endpoint, absent: dict[str, Any], scheme: str) -> None:
    assert ask(view, {**absent, "plate": "A"}, HTTP_AUTHORIZATION=f"{scheme} {GOOD}").status_code == 200


def test_of_two_tokens_the_bodys_counts(view: Endpoint) -> None:
    assert ask(view, {"apiToken": GOOD, "plate": "A"}, HTTP_AUTHORIZATION="Bearer WRONG").status_code == 200
    assert told(ask(view, {"apiToken": "WRONG"}, HTTP_AUTHORIZATION=f"Bearer {GOOD}")) == (403, 9002, None)


@pytest.mark.parametrize(
    "token",
    [{}, [], [GOOD], {"a": GOOD}, True, False, 12, 1.5, "a_b", "a b", f"{GOOD}\n", "é", "x" * 51, "a\0b"],
    ids=repr,
)
def test_what_cannot_be_a_token_is_refused_and_counted(view: Endpoint, token: Any, failures: list[str]) -> None:
    assert told(ask(view, {"apiToken": token, "plate": "A"}, REMOTE_ADDR="203.0.113.9")) == (403, 9002, None)
    assert failures == ["203.0.113.9"]


def test_a_number_is_read_as_a_token_by_its_text(view: Endpoint) -> None:
    assert ask(view, f'{{"apiToken":{DIGITS},"plate":"A"}}'.encode()).status_code == 200


def test_the_twenty_first_failure_of_an_address_is_told_to_wait_and_a_good_token_never_is(view: Endpoint) -> None:
    wrong = {"apiToken": "WRONG", "plate": "A"}
    for _ in range(20):
        assert told(ask(view, wrong)) == (403, 9002, None)
    response = ask(view, wrong)
    assert told(response) == (429, 9002, None)
    assert int(response["Retry-After"]) > 0
    assert ask(view, {"apiToken": GOOD, "plate": "A"}).status_code == 200
    assert told(ask(view, wrong, REMOTE_ADDR="203.0.113.9")) == (403, 9002, None)


def test_a_good_token_without_the_permission_is_refused_and_not_counted(view: Endpoint, failures: list[str]) -> None:
    for _ in range(30):
        assert told(ask(view, {"apiToken": OTHER, "plate": "A"})) == (403, 9002, None)
    assert not failures


def test_a_preflight_needs_no_token_and_lets_any_page_call(view: Endpoint) -> None:
    response = ask(view, b"", method="OPTIONS", client="NOBODY", HTTP_ORIGIN="https://a.example")
    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    assert response["Access-Control-Allow-Headers"] == "content-type, authorization, idempotency-key"
    assert int(response["Access-Control-Max-Age"]) > 0
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("token", [GOOD, "WRONG"])
def test_every_answer_shows_its_headers_to_pages(view: Endpoint, token: str) -> None:
    response = ask(view, {"apiToken": token, "plate": "A"})
    assert response["Access-Control-Allow-Origin"] == "*"
    exposed = response["Access-Control-Expose-Headers"].split(", ")
    assert {"X-Batch-Id", "X-Batch-Revision", "X-Record-Count", "X-Total-Owing"} <= set(exposed)
    assert {"Idempotent-Replayed", "Retry-After"} <= set(exposed)
    assert not response.cookies


def test_a_streamed_answer_passes_untouched() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"[]"

    view = endpoint(permission=Permission.PERMITS_WRITE)(lambda call: StreamingHttpResponse(pieces()))
    response = ask(view, {"apiToken": GOOD})
    assert isinstance(response, StreamingHttpResponse)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert b"".join(response) == b"[]"


def test_a_get_may_carry_a_body_or_only_a_header() -> None:
    view = endpoint(permission=Permission.PERMITS_WRITE, methods=("GET", "POST"))(lambda call: HttpResponse(b"[]"))
    assert ask(view, {"apiToken": GOOD}, method="GET").status_code == 200
    assert ask(view, b"", method="GET", HTTP_AUTHORIZATION=f"Bearer {GOOD}").status_code == 200
    assert told(ask(view, b"", method="GET")) == (401, 9001, None)
    assert told(ask(view, b" ", method="GET")) == (400, 9003, None)


def test_a_view_that_fails_is_logged_and_answered(caplog: pytest.LogCaptureFixture) -> None:
    @endpoint(permission=Permission.PERMITS_WRITE)
    def broken(call: Call) -> HttpResponseBase:
        raise ZeroDivisionError("why")

    with caplog.at_level(logging.ERROR):
        assert told(ask(broken, {"apiToken": GOOD})) == (500, 9099, None)
    assert "ZeroDivisionError: why" in caplog.text


def test_a_domain_error_names_the_field_as_the_caller_spelt_it() -> None:
    @endpoint(permission=Permission.PERMITS_WRITE, fields=(PLATE,))
    def refusing(call: Call) -> HttpResponseBase:
        raise errors.Invalid("There is no such plate.", field="plate")

    assert told(ask(refusing, {"apiToken": GOOD, "LicencePlate": "A"})) == (422, 9033, "LicencePlate")


def test_a_body_that_breaks_off_is_answered_and_not_logged(
    view: Endpoint, caplog: pytest.LogCaptureFixture, calls: list[Call]
) -> None:
    raw = json.dumps({"apiToken": GOOD, "plate": "A"}).encode()
    short: dict[str, Any] = {
        "wsgi.input": io.BytesIO(raw),
        "wsgi.input_terminated": True,
        "CONTENT_LENGTH": str(len(raw) + 1),
    }
    with caplog.at_level(logging.DEBUG):
        assert told(ask(view, b"", **short)) == (400, 9003, None)
    assert not caplog.records
    assert not calls


def test_django_finds_an_endpoint_by_its_path_and_asks_for_no_csrf_token(view: Endpoint, settings: Any) -> None:
    class Urls:
        urlpatterns = (path("api/<str:client>/v1/permits/push", view, name="push"),)

    settings.ROOT_URLCONF = Urls
    assert resolve("/api/OC-TOMA/v1/permits/push").func is view
    assert view.csrf_exempt
    assert reverse("push", kwargs={"client": "X"}) == "/api/X/v1/permits/push"
