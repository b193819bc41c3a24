"""What is read from a request before anything of it is believed: its bytes, its token, its headers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from curbledger.refusal import Refusal
from curbledger.wire.body import Number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest

    from curbledger.wire.body import Json

LARGEST_BODY = 1024 * 1024
# Of a body that is refused, so much is read and forgotten. A connection closed on unread bytes is reset, and the
# caller, still sending, would see that instead of the answer.
_DISCARDED = 32 * LARGEST_BODY
_PIECE = 64 * 1024
_SHORT_NUMBER = re.compile(r"[0-9]{1,18}\Z")
_TOKEN = re.compile(r"[A-Za-z0-9-]{1,50}\Z")
_BEARER = re.compile(r"bearer +(.*)\Z", re.IGNORECASE | re.DOTALL)
_KEY = re.compile(r"[!-~]{1,255}\Z")


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_body(request: HttpRequest) -> bytes | None:
    """The bytes of the body, or None where there are more than the wire takes.

    Raises Refusal 9003 for a body that breaks off: nobody may be listening any more, but if somebody is, what
    came is not what was sent.
    """
    length = request.META.get("CONTENT_LENGTH") or ""
    chunked = "HTTP_TRANSFER_ENCODING" in request.META
    declared = int(length) if _SHORT_NUMBER.match(length) and not chunked else None
    if declared is not None and declared > _DISCARDED:
        return None
    try:
        body = _read(_stream(request))
    except Exception as error:
        # Every server has errors of its own for a caller that hangs up or sends bad chunks, not all of them
        # OSError. None is a fault of ours.
        raise Refusal(9003, "The body broke off.") from error
    if body is not None and declared is not None and len(body) < declared:
        raise Refusal(9003, "The body broke off.")
    return body


def _stream(request: HttpRequest) -> _Readable:
    # Django stops at the Content-Length, and takes a chunked body, which has none, for an empty one. A server that
    # ends the stream itself says so by this key.
    if request.META.get("wsgi.input_terminated"):
        stream: _Readable = request.META["wsgi.input"]
        return stream
    return request


def _read(stream: _Readable) -> bytes | None:
    body = bytearray()
    size = 0
    while size <= _DISCARDED and (piece := stream.read(_PIECE)):
        size += len(piece)
        if size <= LARGEST_BODY:
            body += piece
        else:
            body.clear()
    return bytes(body) if size <= LARGEST_BODY else None


def read_token(request: HttpRequest, body: Mapping[str, Json], names: Iterable[str]) -> str | None:
    """The token, from the body or, where it has none, the Authorization header; None for one that cannot be any.

    Raises Refusal 9001 where there is none.
    """
    given = next((body[name] for name in names if body.get(name) not in (None, "")), None)
    if given is None:
        bearer = _BEARER.match(request.META.get("HTTP_AUTHORIZATION", "").strip())
        given = bearer[1].strip() if bearer else ""
    if given == "":
        raise Refusal(9001)
    text = given.text if isinstance(given, Number) else given
    return text if isinstance(text, str) and _TOKEN.match(text) else None


def read_idempotency_key(request: HttpRequest) -> str | None:
    """The Idempotency-Key, or None where the call bears none. Raises Refusal 9033."""
    key: str | None = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is not None and not _KEY.match(key):
        raise Refusal(9033, field="Idempotency-Key")
    return key


def refuse_forms(request: HttpRequest) -> None:
    """Raises Refusal 9003 for a form. Whatever else a body is called, it is read as JSON."""
    kind = (request.content_type or "").lower()
    if kind == "application/x-www-form-urlencoded" or kind.startswith("multipart/"):
        raise Refusal(9003, f"The body must be JSON, not {kind[:60]}.", status=415)
