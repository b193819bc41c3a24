"""Callers that send half of a request, or nothing: they wait by themselves, and nobody waits for them."""

from __future__ import annotations

import json
import socket

import pytest

from curbledger.cli.arriving import missing
from tests.stories.house import House, Server

CALL = b"POST /api/OC_TOMA/v1/permits/push HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
PATIENCE = 60.0
BODY = b'{"apiToken": "nobody"}'
WHOLE = CALL + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
# Each of them takes a thread of a server that has but one, unless it waits elsewhere.
BEGUN = {
    "nothing": b"",
    "half a line": WHOLE[:20],
    "half a head": WHOLE[:70],
    "no body": WHOLE[: -len(BODY)],
    "half a body": WHOLE[:-5],
}


@pytest.fixture
def server(empty_house: House) -> Server:
    """A server that answers one call at a time."""
    return empty_house.serve(CURBLEDGER_THREADS="1")


def begin(server: Server, sent: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
    connection.sendall(sent)
    return connection


def answer(connection: socket.socket) -> dict[str, object]:
    """The next answer's body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += received(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    (length,) = (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    while len(body) < length:
        body += received(connection)
    found: dict[str, object] = json.loads(body)
    return found


def received(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    assert data, "the connection ended"
    return data


def still_waits(connection: socket.socket) -> bool:
    """Neither answered nor closed."""
    connection.setblocking(False)
    try:
        connection.recv(1)
    except BlockingIOError:
        return True
    finally:
        connection.settimeout(PATIENCE)
    return False


@pytest.mark.parametrize("sent", BEGUN.values(), ids=BEGUN)
def test_a_call_is_answered_while_others_have_only_begun_theirs(server: Server, sent: bytes) -> None:
    slow = [begin(server, sent) for _ in range(20)]
    with begin(server, WHOLE) as quick:
        assert "ErrorCode" in answer(quick)
    assert all(still_waits(one) for one in slow)
    for one in slow:
        one.sendall(WHOLE[len(sent) :])
        assert "ErrorCode" in answer(one)
        one.close()


def test_who_called_once_and_begins_again_waits_too(server: Server) -> None:
    slow = []
    for after in (WHOLE[:50], WHOLE[:-3]):
        one = begin(server, WHOLE)
        answer(one)
        one.sendall(after)
        slow.append((one, after))
        # At once, with a whole one before it.
        one = begin(server, WHOLE + after)
        answer(one)
        slow.append((one, after))
    with begin(server, WHOLE) as quick:
        assert "ErrorCode" in answer(quick)
    for one, after in slow:
        assert still_waits(one)
        one.sendall(WHOLE[len(after) :])
        assert "ErrorCode" in answer(one)
        one.close()


def test_a_request_that_comes_byte_by_byte_is_answered(server: Server) -> None:
    with begin(server, b"") as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for place in range(len(WHOLE)):
            connection.sendall(WHOLE[place : place + 1])
        assert "ErrorCode" in answer(connection)


def test_who_ends_in_the_middle_is_let_go(server: Server) -> None:
    for sent in BEGUN.values():
        connection = begin(server, sent)
        connection.shutdown(socket.SHUT_WR)
        # Whatever it is told, the connection ends.
        while connection.recv(65536):
            pass
        connection.close()
    with begin(server, WHOLE) as quick:
        assert "ErrorCode" in answer(quick)


def test_a_server_that_stops_does_not_wait_for_them(server: Server) -> None:
    slow = [begin(server, sent) for sent in BEGUN.values()]
    server.process.terminate()
    assert server.process.wait(25) == 0
    for one in slow:
        one.close()


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (b"", 1),
        (b"GET", 1),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", 1),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 0),
        (b"POST / HTTP/1.1\r\ncontent-LENGTH:  5 \r\n\r\nab", 3),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde", 0),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcdeGET", 0),
        # What is refused however it goes on.
        (b"no request\r\n", 0),
        (b"\x16\x03\x01\x02\r\n", 0),
        (b"GET /" + b"a" * 20_000, 0),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 0),
        # The length is not to be read, is far, or is told in another way: whoever answers reads on.
        (b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 0),
        (b"POST / HTTP/1.1\r\nContent-Length: 900000\r\n\r\n", 0),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 0),
        (b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", 0),
        # Not a header, only the end of one.
        (b"POST / HTTP/1.1\r\nX-Content-Length: 5\r\n\r\n", 0),
    ],
)
def test_what_is_missing_of_a_request(data: bytes, count: int) -> None:
    assert missing(data) == count
