"""One connection for a backup or a restore: the application's own role, on the server itself."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection as django
from psycopg import Connection
from psycopg.rows import tuple_row

from curbledger.database.role import check_role

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def connected() -> Iterator[Connection[Any]]:
    """A connection that is closed at the end, whatever was set on it. Starts the embedded server where it is used.

    Raises Misconfigured where the role is not bound: it would see every client's rows at once.
    """
    django.ensure_connection()
    try:
        raw = django.connection
        assert isinstance(raw, Connection)  # noqa: S101 - the backend is PostgreSQL's.
        check_role(raw)
        raw.row_factory = tuple_row
        yield raw
    finally:
        django.close()
