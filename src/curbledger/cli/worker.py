"""gunicorn's threaded worker, with two waits taken off its main thread and bounded."""

from __future__ import annotations

import socket
import struct
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

# Seconds in which a caller must go on with a request that it has begun.
_READ_PATIENCE = 30


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


def _closed(graceful: bool = False) -> None:
    """What is left to do on the main thread for a connection that its own thread has closed."""
