"""A path that lacks the client's code (contract: 9000)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.csrf import csrf_exempt

from curbledger.wire import cors
from curbledger.wire.errors import WireError, render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@csrf_exempt  # As every endpoint: there is no cookie here.
def missing_client(request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001  Whatever it was to be.
    """What any endpoint would complain of first, whatever is called and how."""
    response = cors.preflight(("POST",)) if request.method == "OPTIONS" else render(WireError(9000))
    cors.let_browsers_read(response)
    return response
