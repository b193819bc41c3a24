"""Contract, section 10: what is known of a plate, in both forms."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client as Browser
from hypothesis import given, settings
from hypothesis import strategies as st

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.permissions import TOKEN_PERMISSIONS
from curbledger.permits.alarm import raise_alarm
from curbledger.permits.do_not_ticket import leave_alone
from curbledger.permits.marked import Plate
from curbledger.wire.errors import MEANINGS
from tests.permits.parking import everything, grant, push
from tests.wire.pushing import Integrator, check_refusal, integrator

# The sample's own hour.
THEN = datetime(2024, 11, 15, 17, tzinfo=UTC)
NEW_FORM, OLD_FORM = "/api/v1/validate/plate", "/api/OC_TOMA/v1/validate/plate/"
TEXT = (
    "standard: Faculty/Staff Permit\n Expires: 2099-06-01 23:59:59\n\n"
    "DNTT: Main Campus\n2024-11-15 00:00:00-2024-11-15 23:59:00 \nCLEAR FOR ANY PAY AREA\n\n"
    "ALARM: Wanted to talk with.\n\n"
)


@pytest.fixture(autouse=True)
def then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: THEN)


@pytest.fixture
def gate(town: Client) -> Integrator:
    return integrator(town, "plate-validate")


@pytest.fixture
def known(town: Client) -> Client:
    """A town that knows of ABC123 what the contract's sample says."""
    with client_scope(town.pk):
        grant(town, "abc-123", at=THEN, ends_at=datetime(2099, 6, 2, 3, 59, 59, tzinfo=UTC))
        leave_alone(
            town.pk,
            Plate("ABC 123"),
            starts_at=datetime(2024, 11, 15, 5, tzinfo=UTC),
            ends_at=datetime(2024, 11, 16, 4, 59, tzinfo=UTC),
            location="Main Campus",
            notes="CLEAR FOR ANY PAY AREA",
            at=THEN,
        )
        raise_alarm(town.pk, Plate("ABC123"), text="Wanted to talk with.", at=THEN)
    return town


def ask(path: str, body: object = None, method: str = "POST", **headers: Any) -> tuple[int, dict[str, Any]]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    sent = Browser(raise_request_exception=False).generic(
        method, path, content, content_type="application/json", **headers
    )
    assert sent["Content-Type"] == "application/json"
    assert sent["Access-Control-Allow-Origin"] == "*"
    answer: dict[str, Any] = json.loads(sent.content)
    return sent.status_code, answer


def validate(gate: Integrator, plate: object, **more: object) -> tuple[int, dict[str, Any]]:
    return ask(NEW_FORM, {"api_token": gate.secret, "client": "OC_TOMA", "plate": plate, **more})


def data(answer: tuple[int, dict[str, Any]]) -> dict[str, Any]:
    """What an envelope holds."""
    status, body = answer
    assert status == 200, body
    assert list(body) == ["error", "data", "message"]
    assert (body["error"], body["message"]) == (0, "")
    assert list(body["data"]) == ["response", "plate", "responseJSON"]
    found: dict[str, Any] = body["data"]
    return found


def refusal(answer: tuple[int, dict[str, Any]]) -> tuple[int, int, str | None]:
    """Status, code and field of a refusal in an envelope."""
    status, body = answer
    assert list(body)[:3] == ["error", "data", "message"]
    assert set(body) <= {"error", "data", "message", "ErrorField"}
    assert body["data"] is None
    assert body["message"].startswith(MEANINGS[body["error"]].message)
    return status, body["error"], body.get("ErrorField")


def test_the_newer_form_word_for_word(known: Client, gate: Integrator) -> None:
    found = data(validate(gate, "ABC123"))
    assert found["response"] == TEXT
    assert found["plate"] == "ABC123"
    assert json.dumps(found["responseJSON"]) == json.dumps(
        {
            "permits": [{"type": "standard", "shortName": "Faculty/Staff Permit", "expires": "2099-06-01 23:59:59"}],
            "dntt": [
                {
                    "notes": "CLEAR FOR ANY PAY AREA",
                    "location": "Main Campus",
                    "start": "2024-11-15 00:00:00",
                    "end": "2024-11-15 23:59:00",
                }
            ],
            "alarm": "Wanted to talk with.",
        }
    )


def test_the_older_form_word_for_word(known: Client, gate: Integrator) -> None:
    status, body = ask(f"{OLD_FORM}ABC123", {"apiToken": gate.secret})
    assert status == 200
    assert json.dumps(body) == json.dumps(
        {
            "response": TEXT,
            "plate": "ABC123",
            "responseJSON": {
                "expires": "2099-06-01 23:59:59",
                "active": "1",
                "type": "standard",
                "shortName": "Faculty/Staff Permit",
                "dntt": [
                    {
                        "notes": "CLEAR FOR ANY PAY AREA",
                        "start": "2024-11-15 00:00:00",
                        "location": "Main Campus",
                        "end": "2024-11-15 23:59:00",
                    }
                ],
                "alarm": "Wanted to talk with.",
            },
        }
    )


@pytest.mark.parametrize("spelt", ["ABC123", "abc 123", "a-B c-123", "\uff21\uff22\uff23\uff11\uff12\uff13"])
def test_a_plate_is_found_however_it_is_spelt_and_answered_as_sent(known: Client, gate: Integrator, spelt: str) -> None:
    found = data(validate(gate, spelt))
    assert (found["response"], found["plate"]) == (TEXT, spelt)
    _, older = ask(OLD_FORM + quote(spelt), {"apiToken": gate.secret})
    assert (older["response"], older["plate"]) == (TEXT, spelt)


def test_nothing_known(known: Client, gate: Integrator) -> None:
    nothing = {"response": "", "plate": "ZZ 0000", "responseJSON": {}}
    assert validate(gate, "ZZ 0000") == (200, {"error": 0, "data": nothing, "message": ""})
    assert ask(f"{OLD_FORM}ZZ%200000", {"apiToken": gate.secret}) == (200, nothing)


def test_all_permits_in_the_newer_form_and_the_first_in_the_older(town: Client, gate: Integrator) -> None:
    with client_scope(town.pk):
        push(town, "P1", at=THEN, zone="Lot 4")
        push(town, "P1", at=THEN)
        grant(town, "P1", at=THEN)
    found = data(validate(gate, "P1"))
    assert found["response"] == (
        "standard: Faculty/Staff Permit\n Expires: 2025-11-15 12:00:00\n\n"
        "temp: Lot 4\n Expires: 2024-11-15 13:00:00\n\n"
        "temp: Temporary Permit\n Expires: 2024-11-15 13:00:00\n\n"
    )
    permits = [(permit["type"], permit["shortName"]) for permit in found["responseJSON"]["permits"]]
    assert permits == [("standard", "Faculty/Staff Permit"), ("temp", "Lot 4"), ("temp", "Temporary Permit")]
    assert (found["responseJSON"]["dntt"], found["responseJSON"]["alarm"]) == ([], "")
    _, older = ask(f"{OLD_FORM}P1", {"apiToken": gate.secret})
    assert older["response"] == found["response"]
    assert (older["responseJSON"]["type"], older["responseJSON"]["active"]) == ("standard", "1")


def test_an_alarm_without_a_permit(town: Client, gate: Integrator) -> None:
    with client_scope(town.pk):
        raise_alarm(town.pk, Plate("P1"), text="Stolen.", at=THEN)
        raise_alarm(town.pk, Plate("P1"), text="Call the police.", at=THEN)
    found = data(validate(gate, "P1"))
    assert found["response"] == "ALARM: Stolen.; Call the police.\n\n"
    assert found["responseJSON"] == {"permits": [], "dntt": [], "alarm": "Stolen.; Call the police."}
    _, older = ask(f"{OLD_FORM}P1", {"apiToken": gate.secret})
    assert older["responseJSON"] == {
        "expires": "",
        "active": "0",
        "type": "",
        "shortName": "",
        "dntt": [],
        "alarm": "Stolen.; Call the police.",
    }


@pytest.mark.parametrize("code", ["OC_TOMA", "OC-TOMA", "oc-toma"])
@pytest.mark.parametrize("name", ["api_token", "apiToken"])
def test_either_name_of_the_token_and_any_spelling_of_the_client(gate: Integrator, code: str, name: str) -> None:
    assert data(ask(NEW_FORM, {name: gate.secret, "client": code, "plate": 123}))["plate"] == "123"
    assert ask(f"/api/{code}/v1/validate/plate/123", {name: gate.secret})[0] == 200


def test_a_token_in_the_header_does_too_and_the_older_form_may_be_a_get(known: Client, gate: Integrator) -> None:
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {gate.secret}"}
    assert data(ask(NEW_FORM, {"client": "OC_TOMA", "plate": "ABC123"}, **bearer))["response"] == TEXT
    for answer in (
        ask(f"{OLD_FORM}ABC123", method="GET", **bearer),
        ask(f"{OLD_FORM}ABC123", {"apiToken": gate.secret}, method="GET"),
        ask(f"{OLD_FORM}ABC123", {}, **bearer),
    ):
        assert (answer[0], answer[1]["response"]) == (200, TEXT)


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


def test_another_client_knows_nothing_of_it(known: Client, campus: Client) -> None:
    stranger = integrator(campus, "plate-validate")
    answer = ask(NEW_FORM, {"api_token": stranger.secret, "client": "CAMPUS", "plate": "ABC123"})
    assert data(answer)["responseJSON"] == {}


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
    if isinstance(plate, str) and plate not in {"", ".", ".."} and not {"/", "\r", "\n"} & set(plate):
        _, older = ask(OLD_FORM + quote(plate), {"apiToken": gate.secret})
        assert older.get("ErrorCode", 0) == body["error"]
    assert everything(known) == before
