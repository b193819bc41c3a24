"""The role that the application connects as must be bound by row-level security."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg import Connection
from psycopg.rows import tuple_row

from curbledger.errors import Misconfigured

if TYPE_CHECKING:
    from psycopg import Cursor

OLDEST_MAJOR = 15
_FACTS = """
SELECT current_setting('server_version_num')::int / 10000, rolname, rolsuper, rolbypassrls
  FROM pg_roles
 WHERE rolname = current_user
"""
_PROPER_ROLE = """\
CREATE ROLE curbledger LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD 'choose one';
CREATE DATABASE curbledger OWNER curbledger;"""


class RoleFacts(NamedTuple):
    """What PostgreSQL says of itself and of the current role."""

    major: int
    name: str
    is_superuser: bool
    bypasses_policies: bool


def check_role(connection: Connection[Any] | Cursor[Any]) -> None:
    """Refuse a role that sees every client's rows whatever the policies say, and PostgreSQL before 15.

    Raises Misconfigured, with the SQL that makes a proper role. Leaves a cursor's own results alone.
    """
    asked = connection if isinstance(connection, Connection) else connection.connection
    with asked.cursor(row_factory=tuple_row) as cursor:
        judge(RoleFacts(*cursor.execute(_FACTS).fetchall()[0]))


def judge(facts: RoleFacts) -> None:
    """The rule itself. Raises Misconfigured."""
    if facts.major < OLDEST_MAJOR:
        raise Misconfigured(f"This is PostgreSQL {facts.major}. Curbledger needs {OLDEST_MAJOR} or newer.")
    if facts.is_superuser or facts.bypasses_policies:
        why = "is a superuser" if facts.is_superuser else "has BYPASSRLS"
        raise Misconfigured(
            f"The database role {facts.name} {why}, so that it sees the rows of every client. "
            f"Make a role that is bound, and name it in DATABASE_URL:\n{_PROPER_ROLE}"
        )
