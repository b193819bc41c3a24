"""gunicorn's threaded worker: two waits are taken off its main thread and bounded, and it refuses in our words."""

from __future__ import annotations

import socket
import struct
from http import HTTPStatus
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

from curbledger.refusal import Refusal, render
from curbledger.wire.cors import let_browsers_read

# Seconds in which a caller must go on with a request that it has begun.
_READ_PATIENCE = 30
# Of what was wrong with a request: it may quote what was sent.
_LONGEST_DETAIL = 200


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types.
    """Serves each connection in a thread, and ends it there.

    gunicorn closes a connection on the worker's main thread, and waits there for up to two seconds for a peer that
    does not close: six such callers keep everybody else from being accepted for twelve seconds. And it waits for
    ever for a request of which only the beginning came, which takes one thread each.
    """

    def handle(self, conn: Any) -> object:  # noqa: ANN401 - gunicorn has no types.
        """Answer one request. False: the connection is over, and closed."""
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", _READ_PATIENCE, 0))
        again = super().handle(conn)
        if not again:
            util.close_graceful(conn.sock)
            conn.close = _closed
        return again


def _refuse(connection: socket.socket, status: int, reason: str, detail: str) -> None:
    """Answer a request that is not HTTP, or more than is taken, as everything else below /api/ is refused."""
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        refusal = Refusal(9003, f"{detail[:_LONGEST_DETAIL]}.", status=status)
    else:
        refusal = Refusal(9099, status=status)
    answer = render(refusal)
    let_browsers_read(answer)
    answer.headers["Content-Length"] = str(len(answer.content))
    answer.headers["Connection"] = "close"
    head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    util.write_nonblock(connection, f"HTTP/1.1 {status} {reason}\r\n{head}\r\n".encode("latin-1") + answer.content)


# Its own answer is a page of HTML, and it has no other place at which that could be changed.
util.write_error = _refuse


def _closed(graceful: bool = False) -> None:
    """What is left to do on the main thread for a connection that its own thread has closed."""
