"""The call that hands over: what it answers, what it refuses, and what its headers say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpResponse
from django.urls import resolve, reverse

from curbledger.clients.client import Client
from curbledger.clients.token import ApiToken
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements.batch import Revision
from curbledger.wire import collections
from curbledger.wire.collections import send_overdue_to_collections
from tests import cast
from tests.cast import Caller, issue
from tests.placements.calling import BROKE, PATH, Agency, Inline, ask, batch, call, failing, outcome, send, untouched


@pytest.fixture(autouse=True)
def _as_a_server_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Chunks are printed inline, and the end of an answer leaves the test's connection alone."""
    monkeypatch.setattr(collections, "_printers", Inline)
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Agency:
    """The caller's end of the connection."""
    found = Agency()
    monkeypatch.setattr(collections, "peer_of", lambda environ: found)
    return found


@pytest.fixture
def who(town: Client) -> Caller:
    """The agency's token. Three tickets are overdue now."""
    with client_scope(town.pk):
        for ticket in ("A", "B", "C"):
            issue(town, ticket, at=clock.now())
    return cast.caller(town)


def test_an_answer_that_arrives_is_delivered(town: Client, agency: Agency, who: Caller) -> None:
    response = call(agency, who)
    assert batch(town).state == "delivering"
    answered = json.loads(send(response))
    assert [record["Ticket"] for record in answered["records"]] == ["A", "B", "C"]
    assert batch(town).state == "delivered"
    assert outcome(town) == "delivered: closed in order"


def test_the_headers_say_what_is_in_the_batch(town: Client, agency: Agency, who: Caller) -> None:
    with client_scope(town.pk):
        issue(town, "D", at=clock.now(), fine="0.50")
    response = call(agency, who)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert {name: response[name] for name in ("X-Batch-Revision", "X-Record-Count", "X-Total-Owing")} == {
        "X-Batch-Revision": "1",
        "X-Record-Count": "4",
        "X-Total-Owing": "150.50",
    }
    assert response["X-Batch-Id"] == str(batch(town).uuid)
    assert (response["Cache-Control"], response["X-Accel-Buffering"]) == ("no-store", "no")
    assert not response.has_header("Idempotent-Replayed")
    send(response)


def test_a_browser_may_read_the_headers(town: Client, agency: Agency, who: Caller) -> None:
    response = call(agency, who)
    exposed = {name.strip().lower() for name in response["Access-Control-Expose-Headers"].split(",")}
    said = {name.lower() for name, _ in response.items() if name.startswith("X-") and name != "X-Accel-Buffering"}
    assert said <= exposed
    assert {"idempotent-replayed", "retry-after"} <= exposed
    send(response)


def test_a_server_without_an_answer_object_of_its_own_is_no_hindrance(
    town: Client, agency: Agency, who: Caller
) -> None:
    send(call(None, who))
    assert batch(town).state == "delivered"


def test_nothing_overdue_is_an_empty_answer(town: Client, agency: Agency) -> None:
    response = call(agency, cast.caller(town))
    assert (response["X-Record-Count"], response["X-Total-Owing"]) == ("0", "0.00")
    answered = json.loads(send(response))
    assert (answered["records"], list(answered["state"])) == ([], ["version", "csrf_token"])


def test_who_asked_is_written_down(town: Client, agency: Agency, who: Caller) -> None:
    send(call(agency, who, REMOTE_ADDR="203.0.113.9", HTTP_USER_AGENT="puller/3"))
    with client_scope(town.pk):
        revision = Revision.objects.get()
    assert (revision.token_name, revision.remote_address, revision.user_agent) == ("test", "203.0.113.9", "puller/3")


@pytest.mark.parametrize("code", ["OC_TOMA", "OC-TOMA", "oc-toma", "Oc_Toma"])
def test_a_client_is_found_however_its_code_is_spelt(town: Client, agency: Agency, who: Caller, code: str) -> None:
    response = call(agency, who, path=PATH.replace("OC_TOMA", code))
    assert response["X-Record-Count"] == "3"
    send(response)


def test_a_token_may_stand_in_the_header(town: Client, agency: Agency, who: Caller) -> None:
    response = ask(agency, {}, HTTP_AUTHORIZATION=f"Bearer {who.secret}")
    assert response["X-Record-Count"] == "3"
    send(response)


def test_an_answer_that_could_not_be_begun_is_undelivered_and_says_so(
    town: Client, agency: Agency, who: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agency, "force_close", failing(RuntimeError("no such answer")))
    response = ask(agency, {"apiToken": who.secret})
    assert (response.status_code, json.loads(response.content)["ErrorCode"]) == (500, 9099)
    assert (batch(town).state, outcome(town)) == ("undelivered", "undelivered: the answer could not be begun")


def test_a_server_that_cannot_tell_hands_nothing_over(town: Client, who: Caller) -> None:
    response = ask(None, {"apiToken": who.secret})
    assert response.status_code == 500
    assert json.loads(response.content) == {
        "ErrorCode": 9099,
        "ErrorMessage": "The request could not be completed; nothing was changed.",
    }
    assert untouched(town)


BAD: dict[str, tuple[dict[str, Any], tuple[int, int]]] = {
    "a GET": ({"method": "GET"}, (405, 9003)),
    "a HEAD": ({"method": "HEAD"}, (405, 9003)),
    "a PUT": ({"method": "PUT"}, (405, 9003)),
    "a form": ({"content_type": "application/x-www-form-urlencoded"}, (415, 9003)),
    "no JSON": ({"body": b"apiToken=x"}, (400, 9003)),
    "a trailing comma": ({"body": b'{"apiToken": "x",}'}, (400, 9003)),
    "a list": ({"body": []}, (400, 9003)),
    "no body": ({"body": b""}, (400, 9003)),
    "no token": ({"body": {}}, (401, 9001)),
    "no such token": ({"body": {"apiToken": "no-such-token"}}, (403, 9002)),
    "a token that is no text": ({"body": {"apiToken": ["x"]}}, (403, 9002)),
    "an unknown client": ({"path": PATH.replace("OC_TOMA", "NOWHERE")}, (403, 9002)),
    "too large": ({"body": b'"' + b"x" * 2**20 + b'"'}, (413, 9030)),
    "a key with spaces": ({"HTTP_IDEMPOTENCY_KEY": "two words"}, (422, 9033)),
    "a key that is too long": ({"HTTP_IDEMPOTENCY_KEY": "k" * 256}, (422, 9033)),
    "an empty key": ({"HTTP_IDEMPOTENCY_KEY": ""}, (422, 9033)),
}


@pytest.mark.parametrize(("how", "expected"), BAD.values(), ids=BAD)
def test_what_is_refused_changes_nothing(
    town: Client, agency: Agency, who: Caller, how: dict[str, Any], expected: tuple[int, int]
) -> None:
    response = ask(agency, **{"body": {"apiToken": who.secret}, **how})
    assert isinstance(response, HttpResponse)
    told = json.loads(response.content)
    assert (response.status_code, told["ErrorCode"]) == expected
    assert told.get("ErrorField") == ("Idempotency-Key" if told["ErrorCode"] == 9033 else None)
    assert untouched(town)
    assert agency.done == []


def _another_permission(town: Client, campus: Client) -> Caller:
    return cast.caller(town, "permit-create")


def _another_client(town: Client, campus: Client) -> Caller:
    return cast.caller(campus)


def _revoked(town: Client, campus: Client) -> Caller:
    found = cast.caller(town)
    with client_scope(town.pk):
        ApiToken.objects.filter(pk=found.token_id).update(revoked_at=clock.now())
    return found


def _expired(town: Client, campus: Client) -> Caller:
    return cast.caller(town, expires_at=clock.now() - timedelta(seconds=1))


@pytest.mark.parametrize("caller", [_another_permission, _another_client, _revoked, _expired])
def test_whose_token_does_not_collect_here_gets_nothing(
    town: Client, campus: Client, agency: Agency, who: Caller, caller: Callable[[Client, Client], Caller]
) -> None:
    response = ask(agency, {"apiToken": caller(town, campus).secret})
    assert (response.status_code, json.loads(response.content)["ErrorCode"]) == (403, 9002)
    assert untouched(town)


def test_a_key_is_answered_with_the_same_bytes_and_says_so(town: Client, agency: Agency, who: Caller) -> None:
    first = call(agency, who, HTTP_IDEMPOTENCY_KEY="k")
    sent = send(first)
    second = call(agency, who, HTTP_IDEMPOTENCY_KEY="k")
    assert (first.has_header("Idempotent-Replayed"), second["Idempotent-Replayed"]) == (False, "true")
    same = ("X-Batch-Id", "X-Batch-Revision", "X-Record-Count", "X-Total-Owing")
    assert [first[name] for name in same] == [second[name] for name in same]
    assert send(second) == sent
    assert Decimal(second["X-Total-Owing"]) == Decimal(150)


def test_a_repetition_that_breaks_does_not_undo_what_arrived(town: Client, agency: Agency, who: Caller) -> None:
    send(call(agency, who, HTTP_IDEMPOTENCY_KEY="k"))
    agency.verdict = BROKE
    send(call(agency, who, HTTP_IDEMPOTENCY_KEY="k"))
    assert batch(town).state == "delivered"


def test_a_key_whose_first_call_still_runs_has_to_wait(town: Client, agency: Agency, who: Caller) -> None:
    first = call(agency, who, HTTP_IDEMPOTENCY_KEY="k")
    second = ask(agency, {"apiToken": who.secret}, HTTP_IDEMPOTENCY_KEY="k")
    assert (second.status_code, json.loads(second.content)["ErrorCode"]) == (409, 9022)
    assert int(second["Retry-After"]) > 0
    send(first)
    assert batch(town).state == "delivered"


def test_a_key_with_another_body_is_refused(town: Client, agency: Agency, who: Caller) -> None:
    send(call(agency, who, HTTP_IDEMPOTENCY_KEY="k"))
    again = ask(agency, {"apiToken": who.secret, "more": 1}, HTTP_IDEMPOTENCY_KEY="k")
    assert (again.status_code, json.loads(again.content)["ErrorField"]) == (422, "Idempotency-Key")


def test_the_path_is_the_contracts(town: Client) -> None:
    assert resolve(PATH).func is send_overdue_to_collections
    assert reverse(resolve(PATH).func, kwargs=resolve(PATH).kwargs) == PATH
