"""An answer under way: written, broken off, dropped, closed; and what became of it."""

from __future__ import annotations

import gc
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import StreamingHttpResponse

from curbledger.clients.client import Client
from curbledger.clients.token import ApiToken
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements.batch import Chunk, Revision
from curbledger.placements.deliverer import heart
from curbledger.wire import collections
from curbledger.wire.collections import PIECE
from tests import cast
from tests.cast import Caller, issue
from tests.placements.calling import ARRIVED, BROKE, Agency, Inline, ask, batch, call, failing, outcome, send


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


def test_the_connection_ends_with_the_answer_and_no_write_waits_for_ever(
    town: Client, agency: Agency, who: Caller, settings: Any
) -> None:
    settings.CURBLEDGER = settings.CURBLEDGER.model_copy(update={"stall_timeout": 7.0, "delivery_timeout": 9.0})
    response = call(agency, who)
    # Before the head goes out: it says that the connection closes.
    assert agency.done == ["closes"]
    send(response)
    assert agency.done == ["closes", "stalls after 7", "awaited 9"]


def test_the_answer_goes_out_in_pieces_that_a_slow_reader_can_take(town: Client, agency: Agency, who: Caller) -> None:
    with client_scope(town.pk):
        for _ in range(40):
            issue(town, at=clock.now(), comment="x" * 5000)
    pieces: list[int] = []
    send(call(agency, who), to=lambda piece: pieces.append(len(piece)))
    assert max(pieces) == PIECE
    assert sum(pieces) > 3 * PIECE


def test_an_agency_that_does_not_have_it_gets_it_again(town: Client, agency: Agency, who: Caller) -> None:
    agency.verdict = BROKE
    first = call(agency, who)
    send(first)
    assert (batch(town).state, outcome(town)) == ("undelivered", "undelivered: reset")
    agency.verdict = ARRIVED
    second = call(agency, who)
    assert (second["X-Batch-Id"], second["X-Batch-Revision"]) == (first["X-Batch-Id"], "2")
    assert len(json.loads(send(second))["records"]) == 3


@pytest.mark.parametrize(
    "fault", [BrokenPipeError("broken pipe"), TimeoutError("timed out"), SystemExit(1), MemoryError()], ids=repr
)
@pytest.mark.parametrize("pieces", [0, 1, 2])
def test_a_write_that_breaks_leaves_the_batch_undelivered(
    town: Client, agency: Agency, who: Caller, fault: BaseException, pieces: int
) -> None:
    left = [b""] * pieces

    def write(_: bytes) -> None:
        if not left:
            raise fault
        left.pop()

    with pytest.raises(type(fault)):
        send(call(agency, who), to=write)
    assert batch(town).state == "undelivered"
    assert type(fault).__name__ in str(outcome(town))
    assert agency.done[-1] == "hung up"


def test_the_mark_that_ends_the_body_counts_too(town: Client, agency: Agency, who: Caller) -> None:
    response = call(agency, who)

    def send_without_its_end() -> None:
        try:
            list(response)
            raise ConnectionResetError
        finally:
            response.close()

    with pytest.raises(ConnectionResetError):
        send_without_its_end()
    assert batch(town).state == "undelivered"


def test_a_server_that_stops_in_the_middle_without_a_word_has_not_delivered(
    town: Client, agency: Agency, who: Caller
) -> None:
    response = call(agency, who)
    next(iter(response))
    response.close()
    assert batch(town).state == "undelivered"
    assert agency.done[-1] == "hung up"


def test_what_the_reader_did_not_wait_for_is_stored_all_the_same(
    town: Client, agency: Agency, who: Caller, settings: Any
) -> None:
    settings.CURBLEDGER = settings.CURBLEDGER.model_copy(update={"chunk_records": 1})
    response = call(agency, who)
    next(iter(response))
    response.close()
    with client_scope(town.pk):
        assert Chunk.objects.count() == 3
        assert Revision.objects.get().digest is not None


def test_what_cannot_be_stored_afterwards_changes_nothing_about_the_outcome(
    town: Client, agency: Agency, who: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = call(agency, who)
    next(iter(response))
    monkeypatch.setattr("curbledger.placements.deliver.chunk_at", failing(ValueError("odd")))
    response.close()
    assert batch(town).state == "undelivered"


@pytest.mark.parametrize("odd", [RuntimeError("never seen before"), OverflowError("so long a wait")], ids=repr)
def test_an_end_that_cannot_be_learned_is_none(town: Client, agency: Agency, who: Caller, odd: Exception) -> None:
    agency.verdict = odd
    response: StreamingHttpResponse | None = call(agency, who)
    send(response)  # type: ignore[arg-type]
    response = None
    gc.collect()
    heart()._settle()
    assert batch(town).state == "undelivered"


def test_an_answer_is_settled_once_however_often_it_is_closed(town: Client, agency: Agency, who: Caller) -> None:
    response = call(agency, who)
    delivery = response._resource_closers[0]  # type: ignore[attr-defined]
    send(response)
    delivery()
    assert [one for one in agency.done if one.startswith("awaited")] == ["awaited 30"]
    assert batch(town).state == "delivered"


@pytest.mark.parametrize("begun", [False, True])
def test_an_answer_that_nobody_closes_is_undelivered_with_the_next_beat(
    town: Client, agency: Agency, who: Caller, *, begun: bool
) -> None:
    response: StreamingHttpResponse | None = call(agency, who)
    if begun:
        next(iter(response or ()))
    response = None
    gc.collect()
    heart()._settle()
    assert batch(town).state == "undelivered"


def test_a_token_that_is_revoked_in_the_middle_still_gets_the_end(town: Client, agency: Agency, who: Caller) -> None:
    response = call(agency, who)

    def revoke(_: bytes) -> None:
        with client_scope(town.pk):
            ApiToken.objects.update(revoked_at=clock.now())

    assert len(json.loads(send(response, to=revoke))["records"]) == 3
    assert batch(town).state == "delivered"
    assert ask(agency, {"apiToken": who.secret}).status_code == 403


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A real connection: the server's end, and the agency's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        theirs = socket.create_connection(listener.getsockname(), timeout=60)
        ours, _ = listener.accept()
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize(("read", "state"), [(None, "delivered"), (1024, "undelivered")], ids=["all of it", "1 KB"])
def test_on_a_real_connection_the_agencys_end_decides(
    town: Client, who: Caller, line: tuple[socket.socket, socket.socket], read: int | None, state: str
) -> None:
    ours, theirs = line
    response = call(None, who, **{"gunicorn.socket": ours})
    pieces = list(response)
    for piece in pieces:
        ours.sendall(piece)
    left = read or sum(map(len, pieces))
    while left > 0:
        left -= len(theirs.recv(left))
    theirs.close()
    response.close()
    assert batch(town).state == state
