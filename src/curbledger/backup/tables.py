"""The tables of a database, as its catalog tells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from curbledger.kit import sql

if TYPE_CHECKING:
    from psycopg import Connection

QUERIES = sql.load("curbledger.backup", "tables.sql")

# The queue's tables: what it has to do is found anew from the client's own rows.
_QUEUE = frozenset(
    {"procrastinate_events", "procrastinate_jobs", "procrastinate_periodic_defers", "procrastinate_workers"}
)
# Signs of life of server processes that another installation will not have.
FORGOTTEN = frozenset({"deliverer"}) | _QUEUE
# What an installation writes by itself: with rows in no other table it counts as empty.
MACHINE_MADE = (
    frozenset({"auth_permission", "deliverer", "django_content_type", "django_migrations", "failed_attempt"}) | _QUEUE
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table, the columns that are written, and whether its rows belong to a client."""

    name: str
    owned: bool
    columns: tuple[str, ...]


def tables(connection: Connection[Any]) -> list[Table]:
    """All tables, by name."""
    rows = connection.execute(QUERIES["tables"]).fetchall()
    return [Table(name, owned, tuple(columns)) for name, owned, columns in rows]


def names(connection: Connection[Any], query: str) -> list[Any]:
    """The one column of a query."""
    return [row[0] for row in connection.execute(QUERIES[query]).fetchall()]
