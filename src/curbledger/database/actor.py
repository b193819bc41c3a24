"""Who acts: named once at each edge, told to the database with the client's scope, written down by its triggers."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Actor(StrEnum):
    """What kind of somebody. Whoever works on the database past Curbledger is `database`, by the name of the role."""

    STAFF = "staff"
    TOKEN = "token"  # noqa: S105  # a kind, no secret
    COMMAND = "command"
    QUEUE = "queue"
    SYSTEM = "system"
    DATABASE = "database"


_acting: ContextVar[str] = ContextVar("acting", default=f"{Actor.SYSTEM}:Curbledger")


@contextmanager
def acting(kind: Actor, name: str) -> Iterator[None]:
    """What is done meanwhile by this thread is done by them, in every scope that is opened."""
    before = _acting.set(_written(kind, name))
    try:
        yield
    finally:
        _acting.reset(before)


def identify(kind: Actor, name: str) -> None:
    """Within `acting`: it turned out who it is."""
    _acting.set(_written(kind, name))


def _written(kind: Actor, name: str) -> str:
    # A name is somebody's own words; the database takes no zero byte.
    return f"{kind}:{name[:254]}".replace("\0", "")


def who_acts() -> str:
    """Kind and name, as the triggers read them (audit.sql)."""
    return _acting.get()
