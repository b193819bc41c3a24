"""Every way to fail here, in the one body with the contract's codes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError
from django.http import Http404
from ninja.errors import AuthenticationError, ValidationError

from curbledger.errors import AccessRefused, Conflict, DatabaseUnavailable, Invalid, NotFound
from curbledger.placements.manifest import NeverHere
from curbledger.placements.retention import Erased
from curbledger.refusal import Refusal, render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

# The contract's codes that these paths answer with.
CODES = (9001, 9002, 9003, 9009, 9022, 9033, 9099)
GONE = 410
_ASK_AGAIN = (DatabaseUnavailable, OperationalError, InterfaceError)
_log = logging.getLogger(__name__)


def answer_error(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """What any exception of a view is answered. What no caller can mend is logged."""
    return render(_as_refused(error))


def _as_refused(error: Exception | type[Exception]) -> Refusal:  # noqa: PLR0911 - a table with patterns for keys
    match error:
        case Refusal():
            return error
        case AuthenticationError():
            return Refusal(9001)
        case ValidationError():
            return Refusal(9033, field=str(error.errors[0]["loc"][-1]) if error.errors else None)
        case Erased():
            return Refusal(9009, error.message, status=GONE)
        case NeverHere():
            return Refusal(9009, error.message)
        case NotFound() | Http404():
            return Refusal(9009)
        case AccessRefused():
            return Refusal(9002)
        case Invalid():
            return Refusal(9033, error.message, field=error.field)
        case Conflict():
            return Refusal(9022, error.message)
    _log.error("A call failed.", exc_info=error if isinstance(error, Exception) else None)
    return Refusal(9099, status=503 if isinstance(error, _ASK_AGAIN) else None)
