"""Every way to fail has the contract's code, its status and its one body."""

from __future__ import annotations

import json
import logging

import pytest
from django.db import OperationalError

from curbledger import errors
from curbledger.refusal import MEANINGS, Refusal, render
from curbledger.wire.errors import as_wire_error

FAMILIES = [
    (errors.NotFound(), 9009, 404, None),
    (errors.AccessRefused(), 9002, 403, None),
    (errors.Invalid(), 9033, 422, None),
    (errors.Invalid("No.", field="province"), 9033, 422, "prov"),
    (errors.Invalid("No.", field="elsewhere"), 9033, 422, "elsewhere"),
    (errors.KeyReused(), 9033, 422, "Idempotency-Key"),
    (errors.StillRunning(), 9022, 409, None),
    (errors.Conflict(), 9022, 409, None),
    (errors.DatabaseUnavailable(), 9099, 503, None),
    (OperationalError(), 9099, 503, None),
    (errors.ScopeViolation(), 9099, 500, None),
    (ZeroDivisionError(), 9099, 500, None),
    (Refusal(9007), 9007, 422, None),
]


@pytest.mark.parametrize(
    ("error", "code", "status", "field"), FAMILIES, ids=[f"{n} {type(f[0]).__name__}" for n, f in enumerate(FAMILIES)]
)
def test_every_family_has_its_code(error: Exception, code: int, status: int, field: str | None) -> None:
    refusal = as_wire_error(error, spellings={"province": "prov"})
    assert (refusal.code, refusal.status, refusal.field) == (code, status, field)


def test_a_call_that_found_the_first_one_running_is_told_when_to_ask_again() -> None:
    refusal = as_wire_error(errors.StillRunning(), spellings={})
    assert int(refusal.headers["Retry-After"]) > 0
    assert "Idempotency-Key" in refusal.message


def test_a_fault_of_ours_is_logged_with_its_traceback_and_told_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        refusal = as_wire_error(ZeroDivisionError("secret detail"), spellings={})
    assert refusal.message == "The request could not be completed; nothing was changed."
    assert "ZeroDivisionError: secret detail" in caplog.text


def test_what_a_caller_did_wrong_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for error in (Refusal(9003), errors.NotFound(), errors.Invalid(), errors.AccessRefused()):
            as_wire_error(error, spellings={})
    assert not caplog.records


def test_the_body_is_compact_and_its_code_a_number() -> None:
    response = render(Refusal(9001))
    assert response.content == b'{"ErrorCode":9001,"ErrorMessage":"API Token is missing from the request."}'
    assert response["Content-Type"] == "application/json"
    assert response.status_code == 401


def test_a_detail_follows_the_message() -> None:
    assert Refusal(9003, "A comma.").message == "Could not parse the request. A comma."


@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_only_9030_to_9033_name_the_field(code: int) -> None:
    body = json.loads(render(Refusal(code, field="plate")).content)
    assert list(body) == ["ErrorCode", "ErrorMessage"] + ["ErrorField"] * (9030 <= code <= 9033)


def test_status_and_headers_can_be_told() -> None:
    response = render(Refusal(9002, status=429, headers={"Retry-After": "60"}))
    assert response.status_code == 429
    assert response["Retry-After"] == "60"


def test_an_unknown_code_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(KeyError):
        Refusal(9998)
