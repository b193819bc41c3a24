"""Browsers may call from anywhere: the token is in the request itself, and cookies play no part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpResponseBase

_REQUEST_HEADERS = "content-type, authorization, idempotency-key"
_ANSWER_HEADERS = "X-Batch-Id, X-Batch-Revision, X-Record-Count, X-Total-Owing, Idempotent-Replayed, Retry-After"
# A day; browsers shorten it to what they allow.
_PREFLIGHT_SECONDS = 86_400


def allow(methods: Iterable[str]) -> str:
    """The methods of a path, as headers list them."""
    return ", ".join((*methods, "OPTIONS"))


def preflight(methods: Iterable[str]) -> HttpResponse:
    """The answer to a browser that asks whether it may call."""
    listed = allow(methods)
    return HttpResponse(
        status=204,
        headers={
            "Allow": listed,
            "Access-Control-Allow-Methods": listed,
            "Access-Control-Allow-Headers": _REQUEST_HEADERS,
            "Access-Control-Max-Age": str(_PREFLIGHT_SECONDS),
        },
    )


def let_browsers_read(response: HttpResponseBase) -> None:
    """Every answer says so, the refusals too, or a page could not show why it was refused."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = _ANSWER_HEADERS
