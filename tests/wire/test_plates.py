"""Contract, section 10: what is known of a plate, in both forms."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.permits.alarm import raise_alarm
from curbledger.permits.do_not_ticket import leave_alone
from curbledger.permits.marked import Plate
from tests.permits.parking import grant, push
from tests.wire.pushing import Integrator, integrator

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


def test_another_client_knows_nothing_of_it(known: Client, campus: Client) -> None:
    stranger = integrator(campus, "plate-validate")
    answer = ask(NEW_FORM, {"api_token": stranger.secret, "client": "CAMPUS", "plate": "ABC123"})
    assert data(answer)["responseJSON"] == {}
