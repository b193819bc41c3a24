"""Every way to fail, as a family of classes with stable codes.

The docstring of a class is its message when none is given. Nothing here knows HTTP: the wire, the portal and
the command line each decide at their edge what a family looks like there.
"""

from __future__ import annotations

from typing import ClassVar


class CurbledgerError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())

    @property
    def message(self) -> str:
        return str(self)


class NotFound(CurbledgerError):
    """There is no such record."""

    code = "not_found"


class AccessRefused(CurbledgerError):
    """The token opens nothing here."""

    code = "access_refused"


class Invalid(CurbledgerError):
    """A value is not what it must be."""

    code = "invalid"

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Conflict(CurbledgerError):
    """What is asked for contradicts what is already there."""

    code = "conflict"


class StillRunning(Conflict):
    """The first call with this Idempotency-Key is still being answered. Ask again when it has ended."""

    code = "still_running"


class KeyReused(Conflict):
    """This Idempotency-Key was used with another body. Take a new key for a new request."""

    code = "key_reused"


class ScopeViolation(CurbledgerError):
    """One client's scope was opened inside another's."""

    code = "scope_violation"


class DatabaseUnavailable(CurbledgerError):
    """The database does not answer."""

    code = "database_unavailable"


class Misconfigured(CurbledgerError):
    """A setting is wrong."""

    code = "misconfigured"
