"""One connection for a backup or a restore: the application's own role, on the server itself."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection as django
from psycopg import Connection
from psycopg.rows import tuple_row

from curbledger.database.role import check_role
from curbledger.errors import Misconfigured

if TYPE_CHECKING:
    from collections.abc import Iterator


def _refuse_pooler(connection: Connection[Any]) -> None:
    """What pg_dump does and writes changes settings of its session: a pooler would hand them on to the server's calls.

    A pooler is told by the process that it says the session has: its own number for it, and not PostgreSQL's.
    """
    found = connection.execute("SELECT pg_backend_pid()").fetchone()
    if found is None or found[0] != connection.info.backend_pid:
        raise Misconfigured(
            "DATABASE_URL leads to a pooler such as PgBouncer, and a backup or restore needs the PostgreSQL server "
            "itself: give this command the server's own address."
        )


@contextmanager
def connected() -> Iterator[Connection[Any]]:
    """A connection that is closed at the end, whatever was set on it. Starts the embedded server where it is used.

    Raises Misconfigured where the role is not bound: it would see every client's rows at once; and where a pooler
    stands before the server.
    """
    django.ensure_connection()
    try:
        raw = django.connection
        assert isinstance(raw, Connection)  # noqa: S101 - the backend is PostgreSQL's.
        check_role(raw)
        raw.row_factory = tuple_row
        _refuse_pooler(raw)
        yield raw
    finally:
        django.close()
