"""Contract, section 10: what is refused, in the envelope of the newer form and in the usual body of the older."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client as Browser
from hypothesis import given, settings
from hypothesis import strategies as st

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.permissions import TOKEN_PERMISSIONS
from curbledger.permits.alarm import raise_alarm
from curbledger.permits.marked import Plate
from curbledger.refusal import MEANINGS
from tests.permits.parking import everything
from tests.wire.pushing import Integrator, check_refusal, integrator, told
from tests.wire.test_plates import NEW_FORM, OLD_FORM, THEN, ask, data, validate


@pytest.fixture
def gate(town: Client) -> Integrator:
    return integrator(town, "plate-validate")


@pytest.fixture
def known(town: Client) -> Client:
    """A town that knows something of ABC123."""
    with client_scope(town.pk):
        raise_alarm(town.pk, Plate("ABC123"), text="Wanted to talk with.", at=THEN)
    return town


def refusal(answer: tuple[int, dict[str, Any]]) -> tuple[int, int, str | None]:
    """Status, code and field of a refusal in an envelope."""
    status, body = answer
    assert list(body)[:3] == ["error", "data", "message"]
    assert set(body) <= {"error", "data", "message", "ErrorField"}
    assert body["data"] is None
    assert body["message"].startswith(MEANINGS[body["error"]].message)
    return status, body["error"], body.get("ErrorField")


def test_a_wrong_token_or_client_is_an_error_in_the_envelope(known: Client, campus: Client, gate: Integrator) -> None:
    stranger = integrator(campus, "plate-validate")
    others = integrator(known, *(name for name in TOKEN_PERMISSIONS if name != "plate-validate"))
    for secret, client in (
        ("NOBODY", "OC_TOMA"),
        (gate.secret, "OC_NOWHERE"),
        (gate.secret, ["OC_TOMA"]),
        (gate.secret, "CAMPUS"),
        (stranger.secret, "OC_TOMA"),
        (others.secret, "OC_TOMA"),
    ):
        answer = ask(NEW_FORM, {"api_token": secret, "client": client, "plate": "ABC123"})
        assert refusal(answer) == (403, 9002, None)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"api_token": "GOOD", "client": "OC_TOMA"}, (422, 9006, None)),
        ({"api_token": "GOOD", "client": "OC_TOMA", "plate": ""}, (422, 9006, None)),
        ({"api_token": "GOOD", "client": "OC_TOMA", "plate": "x" * 51}, (422, 9030, "plate")),
        ({"api_token": "GOOD", "client": "OC_TOMA", "plate": "- -"}, (422, 9032, "plate")),
        ({"api_token": "GOOD", "client": "OC_TOMA", "plate": ["A"]}, (422, 9033, "plate")),
        ({"api_token": "GOOD", "client": "OC_TOMA", "plate": "\0"}, (422, 9033, "plate")),
        ({"client": "OC_TOMA"}, (401, 9001, None)),
        ({"api_token": "", "apiToken": None, "client": "OC_TOMA"}, (401, 9001, None)),
        ({"api_token": "GOOD"}, (404, 9000, None)),
        ({"client": ""}, (404, 9000, None)),
        ({"client": None, "api_token": "NOBODY"}, (404, 9000, None)),
        (b'{"client": "OC_TOMA",}', (400, 9003, None)),
        (b"", (400, 9003, None)),
    ],
    ids=repr,
)
def test_all_else_that_is_refused_in_the_newer_form(
    town: Client, gate: Integrator, body: Any, expected: tuple[int, int, str | None]
) -> None:
    if isinstance(body, dict) and body.get("api_token") == "GOOD":
        body = {**body, "api_token": gate.secret}
    assert refusal(ask(NEW_FORM, body)) == expected


def test_method_form_and_size_are_refused_in_the_envelope_too(gate: Integrator) -> None:
    assert refusal(ask(NEW_FORM, {}, method="PUT")) == (405, 9003, None)
    assert refusal(ask(NEW_FORM, b" " * (1024 * 1024 + 1)))[:2] == (413, 9030)
    sent = Browser().post(NEW_FORM, {"client": "OC_TOMA"})
    assert (sent.status_code, sent.json()["error"]) == (415, 9003)
    sent = Browser().options(NEW_FORM)
    assert (sent.status_code, sent["Access-Control-Allow-Methods"]) == (204, "POST, OPTIONS")


def test_who_guesses_tokens_is_told_to_wait_in_the_envelope_too(gate: Integrator) -> None:
    body = {"api_token": "NOBODY", "client": "OC_TOMA", "plate": "A"}
    assert {refusal(ask(NEW_FORM, body)) for _ in range(20)} == {(403, 9002, None)}
    sent = Browser().post(NEW_FORM, body, content_type="application/json")
    assert (sent.status_code, sent.json()["error"], sent["Retry-After"]) == (429, 9002, "60")
    assert data(validate(gate, "A"))


@pytest.mark.parametrize(
    ("plate", "expected"),
    [("x" * 51, (422, 9030, "plate")), ("- -", (422, 9032, "plate")), ("A\0", (422, 9033, "plate"))],
)
def test_what_is_no_plate_is_refused_in_the_older_form(
    gate: Integrator, plate: str, expected: tuple[int, int, str | None]
) -> None:
    status, body = ask(OLD_FORM + quote(plate), {"apiToken": gate.secret})
    check_refusal(status, body)
    assert (status, body["ErrorCode"], body.get("ErrorField")) == expected


def test_who_is_refused_in_the_older_form(known: Client, campus: Client) -> None:
    others = integrator(known, *(name for name in TOKEN_PERMISSIONS if name != "plate-validate"))
    for body, code in (
        ({}, 9001),
        ({"apiToken": "NOBODY"}, 9002),
        ({"apiToken": integrator(campus, "plate-validate").secret}, 9002),
        ({"apiToken": others.secret}, 9002),
        (b"{", 9003),
    ):
        status, answer = ask(f"{OLD_FORM}ABC123", body)
        check_refusal(status, answer)
        assert answer["ErrorCode"] == code
    assert ask(f"{OLD_FORM}ABC123", method="GET")[1]["ErrorCode"] == 9001


@settings(max_examples=100)
@given(plate=st.text(max_size=55) | st.integers() | st.none() | st.booleans() | st.just("ABC123"))
def test_whatever_plate_is_asked_about_is_answered_and_changes_nothing(
    known: Client, gate: Integrator, plate: object
) -> None:
    before = everything(known)
    status, body = answer = validate(gate, plate)
    if status == 200:
        assert data(answer)["plate"] == str(plate)
    else:
        assert refusal(answer)[:2] in {(422, code) for code in (9006, 9030, 9032, 9033)}
    if isinstance(plate, str) and not {"", ".", ".."} & set(plate.split("/")):
        _, older = ask(OLD_FORM + quote(plate), {"apiToken": gate.secret})
        assert older.get("ErrorCode", 0) == body["error"]
    assert everything(known) == before


@pytest.mark.parametrize("path", ["validate/plate", "validate/plate/"])
def test_a_path_without_a_plate_misses_it(gate: Integrator, path: str) -> None:
    assert told(gate.push(path)) == (422, 9006, None)
    assert told(gate.call(path, {})) == (401, 9001, None)


@pytest.mark.parametrize("plate", ["AB/C 1", "AB\nC 1", "AB\r\nC 1\n"])
def test_a_plate_in_the_path_may_have_a_slash_or_a_line_break(town: Client, gate: Integrator, plate: str) -> None:
    with client_scope(town.pk):
        raise_alarm(town.pk, Plate(plate), text="Wanted to talk with.", at=THEN)
    status, answer = gate.push(f"validate/plate/{quote(plate, safe='')}")
    assert (status, answer["plate"], answer["response"]) == (200, plate, "ALARM: Wanted to talk with.\n\n")
