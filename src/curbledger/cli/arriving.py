"""Whether a request has come: a look at what lies in a connection, which takes nothing out of it."""

from __future__ import annotations

import re
import socket
from contextlib import suppress

# A head that is longer is refused, and a body that is longer is read by whoever answers.
_LONGEST_HEAD = 16 * 1024
_LONGEST_BODY = 16 * 1024
_LOOK = _LONGEST_HEAD + _LONGEST_BODY
_HEAD_ENDS = b"\r\n\r\n"
_REQUEST_LINE = re.compile(rb"[^\r\n ]+ [^\r\n ]+ HTTP/\d\.\d\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*(?=\r\n)", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:", re.IGNORECASE)


def look(connection: socket.socket) -> bytes | None:
    """What can be read at once, left where it lies; None: the connection is over."""
    try:
        return connection.recv(_LOOK, socket.MSG_PEEK | socket.MSG_DONTWAIT) or None
    except (BlockingIOError, InterruptedError):
        return b""
    except OSError:
        return None


def missing(data: bytes) -> int:
    """At least how many bytes of a request have not come yet; 0: it is whole, or not to be waited for.

    Not to be waited for is what is refused however it goes on, and the rest of a long body.
    """
    head, ends, body = data.partition(_HEAD_ENDS)
    if not ends:
        hopeless = len(data) >= _LONGEST_HEAD or (b"\r\n" in data and not _REQUEST_LINE.match(data))
        return 0 if hopeless else 1
    # The line that ends with the head is one of its lines.
    lengths = _LENGTH.findall(head + b"\r\n")
    # Who expects to be told to go on sends nothing before.
    if len(lengths) != 1 or _EXPECTS.search(head + b"\r\n") or int(lengths[0]) > _LONGEST_BODY:
        return 0
    return max(int(lengths[0]) - len(body), 0)


def wake_at(connection: socket.socket, count: int) -> None:
    """Have the connection be readable only when so many bytes lie in it, or it is over."""
    # Where that cannot be had, whoever waits for the connection is only woken more often.
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, count)
