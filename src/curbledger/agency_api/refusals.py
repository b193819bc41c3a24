"""Every way to fail here, in the wire's one body with the wire's codes (contract: "Errors").

The two edges do not know each other, so the few codes that this one uses stand here again; a test holds them equal.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from ninja.errors import AuthenticationError, ValidationError

from curbledger.errors import AccessRefused, Conflict, DatabaseUnavailable, Invalid, NotFound
from curbledger.placements.manifest import NeverHere
from curbledger.placements.retention import Erased

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

MEANINGS: Mapping[int, tuple[int, str]] = {
    9001: (401, "API Token is missing from the request."),
    9002: (403, "The supplied API token does not have permission to perform that request."),
    9003: (400, "Could not parse the request."),
    9009: (404, "Record not found."),
    9022: (409, "A record already exists with the supplied details."),
    9033: (422, "The field's value is invalid."),
    9099: (500, "The request could not be completed; nothing was changed."),
}
GONE = 410
_ASK_AGAIN = (DatabaseUnavailable, OperationalError, InterfaceError)
_log = logging.getLogger(__name__)


class Refused(Exception):
    """A call is refused with one of the contract's codes."""

    def __init__(
        self,
        code: int,
        detail: str = "",
        *,
        field: str | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        usual, message = MEANINGS[code]
        self.code = code
        self.message = f"{message} {detail}".rstrip()
        self.field = field
        self.status = status or usual
        self.headers = dict(headers or {})
        super().__init__(f"{code}: {self.message}")


def render(refused: Refused) -> HttpResponse:
    """The one body."""
    body: dict[str, int | str] = {"ErrorCode": refused.code, "ErrorMessage": refused.message}
    if refused.field is not None:
        body["ErrorField"] = refused.field
    return HttpResponse(
        json.dumps(body, separators=(",", ":")),
        status=refused.status,
        content_type="application/json",
        headers=refused.headers,
    )


def answer_error(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """What any exception of a view is answered. What no caller can mend is logged."""
    return render(_as_refused(error))


def _as_refused(error: Exception | type[Exception]) -> Refused:  # noqa: PLR0911 - a table with patterns for keys
    match error:
        case Refused():
            return error
        case AuthenticationError():
            return Refused(9001)
        case ValidationError():
            return Refused(9033, field=str(error.errors[0]["loc"][-1]) if error.errors else None)
        case Erased():
            return Refused(9009, error.message, status=GONE)
        case NeverHere():
            return Refused(9009, error.message)
        case NotFound() | Http404():
            return Refused(9009)
        case AccessRefused():
            return Refused(9002)
        case Invalid():
            return Refused(9033, error.message, field=error.field)
        case Conflict():
            return Refused(9022, error.message)
    _log.error("A call failed.", exc_info=error if isinstance(error, Exception) else None)
    return Refused(9099, status=503 if isinstance(error, _ASK_AGAIN) else None)
