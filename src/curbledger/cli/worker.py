"""gunicorn's threaded worker: slow callers hold up nobody but themselves, and it refuses in our words."""

from __future__ import annotations

import selectors
import socket
import struct
import time
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from curbledger.cli.arriving import look, missing, wake_at
from curbledger.refusal import Refusal, render
from curbledger.wire.cors import let_browsers_read

# Seconds in which a caller must go on with a request that it has begun.
_READ_PATIENCE = 30
# Of what was wrong with a request: it may quote what was sent.
_LONGEST_DETAIL = 200


@dataclass(frozen=True, slots=True)
class _Waited:
    """That a connection waits for the rest of a request: what lies there, and until when, by the monotonic clock."""

    there: int
    until: float


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types.
    """Gives a connection a thread when its request has come, and ends it there.

    gunicorn gives it a thread at once, which then waits for ever for a request of which only the beginning came: as
    many such callers as there are threads, and nobody else is answered. And it closes a connection on the worker's main
    thread, and waits there for up to two seconds for a peer that does not close: six such callers keep everybody else
    from being accepted for twelve seconds.
    """

    def enqueue_req(self, conn: Any) -> None:  # noqa: ANN401 - gunicorn has no types.
        """Have a thread answer; or wait, without one, until the request has come."""
        lying = look(conn.sock)
        read_before = conn.parser.unreader.buf.getvalue() if conn.parser else b""
        there, still = (0, 0) if lying is None else (len(lying), missing(read_before + lying))
        waited = getattr(conn, "waited", None)
        # Woken although nothing more has come, by a system that does not know how long to sleep, or by the end.
        if not still or (waited and waited.there == there):
            if waited:
                conn.waited = None
                wake_at(conn.sock, 1)
            conn.data_ready = True
            super().enqueue_req(conn)
            return
        patience = _READ_PATIENCE if self.alive else STOP_KEEPALIVE_LINGER
        conn.timeout = waited.until if waited else time.monotonic() + patience
        conn.waited = _Waited(there=there, until=conn.timeout)
        conn.sock.setblocking(False)
        wake_at(conn.sock, there + still)
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def murder_pending(self) -> None:
        """Close what has waited too long. They do not stand in the order in which that is: some came on meanwhile."""
        now = time.monotonic()
        for conn in [one for one in self.pending_conns if one.timeout <= now]:
            self.pending_conns.remove(conn)
            self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            conn.close()

    def _cap_keepalive(self, deadline: float) -> None:
        """A worker that stops waits no longer for what has only begun than for what may begin."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

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
