"""Paths that nothing answers: those that lack the client's code (contract: 9000), and those that do not exist."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.views.decorators.csrf import csrf_exempt

from curbledger.refusal import Refusal, render
from curbledger.wire import cors
from curbledger.wire.incoming import read_body

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@csrf_exempt  # As every endpoint: there is no cookie here.
def missing_client(request: HttpRequest, rest: str = "") -> HttpResponse:  # noqa: ARG001  Whatever it was to be.
    """What any endpoint would complain of first, whatever is called and how."""
    return _refuse(request, Refusal(9000))


@csrf_exempt
def unknown_path(request: HttpRequest, rest: str = "") -> HttpResponse:  # noqa: ARG001  It is in no list.
    """A path below /api/ that does not exist, whatever the method. The contract's one code for what is not there."""
    return _refuse(request, Refusal(9009, "There is no such path. /api/docs lists those that there are."))


def _refuse(request: HttpRequest, error: Refusal) -> HttpResponse:
    # A body that is left unread would reset the connection under the caller.
    with suppress(Refusal):
        read_body(request)
    response = cors.preflight(("POST",)) if request.method == "OPTIONS" else render(error)
    cors.let_browsers_read(response)
    return response
