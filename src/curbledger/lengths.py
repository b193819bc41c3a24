"""How long an answer is, said before it begins.

Without it the server sends an answer in chunks, which HTTP/1.0 does not know: such a caller could not tell a whole
answer from one that broke off.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

# They have no body, and must not speak of its length.
_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Lengths:
    """Django's middleware. An answer that streams has no length yet; how the handoff ends is said in wire/peer.py."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, with its length where that is known."""
        response = self._get_response(request)
        content = getattr(response, "content", None)
        if content is not None and response.status_code not in _WITHOUT_BODY:
            response.headers["Content-Length"] = str(len(content))
        return response
