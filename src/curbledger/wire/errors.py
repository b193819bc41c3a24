"""What the domain's errors are on the wire (contract: "Errors")."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError

from curbledger.errors import (
    AccessRefused,
    Conflict,
    CurbledgerError,
    DatabaseUnavailable,
    Invalid,
    KeyReused,
    NotFound,
    StillRunning,
)
from curbledger.placements.guards import GuardTripped
from curbledger.placements.retention import Erased
from curbledger.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)


# The database is away, or too busy for this call: the same call may well succeed later.
_ASK_AGAIN = (DatabaseUnavailable, OperationalError, InterfaceError)
# Seconds after which a call that found the first one still running may ask again.
_STILL_RUNNING_RETRY = 5


def as_wire_error(error: Exception, *, spellings: Mapping[str, str]) -> Refusal:
    """What any exception is on the wire. `spellings` says how the caller spelt each attribute.

    What no caller can mend is logged here, with its traceback.
    """
    if isinstance(error, Refusal):
        return error
    if isinstance(error, CurbledgerError) and (known := _of_family(error, spellings)) is not None:
        return known
    logger.error("A call failed.", exc_info=error)
    return Refusal(9099, status=503 if isinstance(error, _ASK_AGAIN) else None)


def _of_family(error: CurbledgerError, spellings: Mapping[str, str]) -> Refusal | None:
    known: Refusal | None
    match error:
        case Erased():
            known = Refusal(9009, error.message, status=410)
        # Nothing was changed, and the same call succeeds once the cause is gone or staff let it through.
        case GuardTripped():
            known = Refusal(9099, status=503)
        case NotFound():
            known = Refusal(9009)
        case AccessRefused():
            known = Refusal(9002)
        case Invalid():
            known = Refusal(9033, field=spellings.get(error.field or "", error.field))
        # The contract has no code of their own for the two ways an Idempotency-Key can fail: the detail says which.
        case KeyReused():
            known = Refusal(9033, error.message, field="Idempotency-Key")
        case StillRunning():
            known = Refusal(9022, error.message, headers={"Retry-After": str(_STILL_RUNNING_RETRY)})
        case Conflict():
            known = Refusal(9022)
        case _:
            known = None
    return known
