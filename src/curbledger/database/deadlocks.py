"""Two who lock the same rows in different orders: PostgreSQL ends one of them, and that one simply tries again."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import OperationalError
from psycopg.errors import DeadlockDetected

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
# How often the one that was ended tries again. The other runs to its end meanwhile.
_AGAIN = 3


def outlive_deadlocks(work: Callable[[], T]) -> T:
    """What the work returns, done once more where it was ended to resolve a deadlock.

    The work is one whole transaction, of which nothing is left then. Raises what it raises, a fourth deadlock too.
    """
    for _ in range(_AGAIN):
        try:
            return work()
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
    return work()
