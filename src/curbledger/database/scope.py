"""The one place that opens a client's rows.

Every table that belongs to a client has row-level security on it (policies.py), and shows rows only to a
transaction that says whose they are. A scope is that transaction. The setting is local to it, so that a
connection pooler may give the next transaction to another client.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, transaction

from curbledger.database.actor import who_acts
from curbledger.errors import ScopeViolation

if TYPE_CHECKING:
    from collections.abc import Iterator

# After the first scope of a session the setting is '', not null: the policies read both as "no client".
# Compiling a statement pays for none of ours, and costs a claim more than the claim.
_OPEN = """
SELECT current_setting('curbledger.client_id', true),
       set_config('curbledger.client_id', %s, true), set_config('curbledger.actor', %s, true),
       set_config('jit', 'off', true)
"""


@contextmanager
def client_scope(client_id: int) -> Iterator[None]:
    """One transaction in which this client's rows, and no others, exist.

    Commits at the end, rolls back when an exception leaves it. Inside itself it nests as a savepoint, for the
    same client only; for another it raises ScopeViolation.
    """
    within = connection.in_atomic_block or not connection.get_autocommit()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OPEN, [str(client_id), who_acts()])
        before, *_ = cursor.fetchone()
        if before and before != str(client_id):
            raise ScopeViolation(f"The scope of client {client_id} was opened inside that of client {before}.")
        yield
        # The setting ends with the transaction. It outlives a released savepoint: where this scope stood inside a
        # transaction that had none, the rest of that transaction must not see the client's rows.
        if within and not before:
            cursor.execute("SELECT set_config('curbledger.client_id', '', true)")


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """One transaction of no client, for the few global tables. Outside any scope."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('curbledger.actor', %s, true)", [who_acts()])
        yield


# An operator's own shorter patience stays as it is.
_PATIENCE = """
SELECT CASE WHEN setting::bigint = 0 OR setting::bigint > %(wait)s
            THEN set_config('lock_timeout', %(wait)s || 'ms', true) END,
       CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', true) END
FROM pg_settings WHERE name = 'lock_timeout'
"""

_BOUND = """
SELECT set_config('lock_timeout', %(wait)s || 'ms', true)
FROM pg_settings WHERE name = 'lock_timeout' AND (setting::bigint = 0 OR setting::bigint > %(wait)s)
"""


def promise_handoff(*, lock_seconds: float) -> None:
    """Make this scope's transaction fit for a handoff. In a scope.

    It waits so long at most for a lock: a clerk's forgotten transaction may hold a row for ever, and callers that
    wait as long would use up the server. And its commit is on the disk before it counts: a server that forgets its
    last half second after a crash would hand that over twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PATIENCE, {"wait": int(lock_seconds * 1000)})


def bound_waiting(*, lock_seconds: float) -> None:
    """Let this scope's transaction wait so long at most for a lock, then fail. In a scope.

    Work on many rows holds those it has while it waits for one; without a bound a forgotten transaction would stop
    everybody who wants any of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BOUND, {"wait": int(lock_seconds * 1000)})
