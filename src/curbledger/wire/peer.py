"""The agency's end of the connection: what the operating system knows about whether an answer arrived.

That a server library or a kernel's buffer took bytes proves nothing. So the last byte is followed by the end of
our half of the connection, and then the peer speaks: an orderly close means that it read everything; a reset means
that it did not (a program that closes with unread bytes sends one). Where it says nothing for long, its TCP decides:
everything acknowledged, or not.
"""

from __future__ import annotations

import fcntl
import socket
import struct
import sys
import termios
import time
from dataclasses import dataclass
from typing import Any

from curbledger.placements.kept_words import (
    CLOSED_EARLY,
    CLOSED_IN_ORDER,
    CONNECTION_BROKE,
    NOT_ACKNOWLEDGED,
    NOT_CLOSED,
    RESET,
)

# How many bytes of a peer that goes on talking after the answer are read away at a time.
_READ = 65536
# How often unacknowledged bytes are counted once the peer has closed its half.
_TICK = 0.01
# A peer that closed its half before the answer ended cannot close it again: a reset has this long to come.
_GRACE = 2.0
_TCP_CLOSE_WAIT = 8
# The same count as Linux's SIOCOUTQ, on macOS.
_SO_NWRITE = 0x1024


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer arrived, and by what it is known."""

    arrived: bool
    because: str


@dataclass(frozen=True, slots=True)
class Peer:
    """The connection on which an answer goes out."""

    connection: socket.socket

    def break_when_stalled(self, seconds: float) -> None:
        """Let no single write wait longer than this for a peer that does not read."""
        self.connection.settimeout(seconds)

    def hang_up(self) -> None:
        """Reset the connection, so that a broken answer cannot look like a whole one. HTTP/1.0 ends with it."""
        try:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass  # It is gone already, which is what was wanted.
        finally:
            self.connection.close()

    def await_close(self, seconds: float) -> Verdict:
        """End our half after the last byte, and wait for the peer to end its own."""
        try:
            return self._await_close(seconds)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            return Verdict(arrived=False, because=CONNECTION_BROKE.format(fault=why))

    def _await_close(self, seconds: float) -> Verdict:
        deadline = time.monotonic() + seconds
        if self._closed_early():
            return self._await_acknowledgment(deadline, grace=_GRACE)
        self.connection.shutdown(socket.SHUT_WR)
        while (left := deadline - time.monotonic()) > 0:
            self.connection.settimeout(left)
            try:
                if not self.connection.recv(_READ):
                    return self._await_acknowledgment(deadline)
            except TimeoutError:
                break
        if self._unacknowledged() == 0:
            return Verdict(arrived=True, because=NOT_CLOSED.format(seconds=f"{seconds:g}"))
        return Verdict(arrived=False, because=NOT_ACKNOWLEDGED.format(seconds=f"{seconds:g}"))

    def _await_acknowledgment(self, deadline: float, *, grace: float = 0.0) -> Verdict:
        """The peer has ended its half. That is the end of an orderly close once nothing of ours is under way.

        One that had ended its half before our answer ended says nothing by it. A reset from it has `grace` seconds
        more to come.
        """
        quiet_since: float | None = None
        while True:
            if self.connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                return Verdict(arrived=False, because=RESET)
            now = time.monotonic()
            if self._unacknowledged() == 0:
                quiet_since = quiet_since or now
                if now - quiet_since >= grace:
                    return Verdict(arrived=True, because=CLOSED_IN_ORDER)
            elif now >= deadline:
                return Verdict(arrived=False, because=CLOSED_EARLY)
            time.sleep(_TICK)

    def _closed_early(self) -> bool:
        """Whether the peer ended its half while ours is still open."""
        if self.connection.family not in (socket.AF_INET, socket.AF_INET6) or not hasattr(socket, "TCP_INFO"):
            return False
        return self.connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _TCP_CLOSE_WAIT

    def _unacknowledged(self) -> int:
        """Bytes that the peer's side has not acknowledged yet. After its orderly close there are none."""
        if sys.platform == "darwin":
            return self.connection.getsockopt(socket.SOL_SOCKET, _SO_NWRITE)
        buffer = fcntl.ioctl(self.connection.fileno(), termios.TIOCOUTQ, b"\0" * 4)
        (count,) = struct.unpack("i", buffer)
        return int(count)


def peer_of(environ: dict[str, Any]) -> Peer | None:
    """The connection behind a request, where the server shows it (gunicorn does); else None."""
    connection = environ.get("gunicorn.socket")
    return Peer(connection) if isinstance(connection, socket.socket) else None
