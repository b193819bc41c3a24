"""Only a role that is bound by row-level security is accepted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from curbledger.database.embedded import EmbeddedDatabase
from curbledger.database.role import RoleFacts, check_role, judge
from curbledger.errors import Misconfigured

TWO_LINES = r"CREATE ROLE \w+ LOGIN NOSUPERUSER NOBYPASSRLS.*;\nCREATE DATABASE \w+ OWNER \w+;"


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedDatabase]:
    with TemporaryDirectory(prefix="curbledger-") as home:
        server = EmbeddedDatabase(Path(home))
        server.ensure_running()
        yield server
        server.stop()


def connected(server: EmbeddedDatabase, *, superuser: bool) -> psycopg.Connection:
    parameters: dict[str, Any] = server.connection_parameters(superuser=superuser)
    return psycopg.connect(**parameters)


def test_the_role_of_the_embedded_database_is_accepted(server: EmbeddedDatabase) -> None:
    with connected(server, superuser=False) as connection:
        check_role(connection)


def test_a_superuser_is_refused_with_the_sql_for_a_proper_role(server: EmbeddedDatabase) -> None:
    with (
        connected(server, superuser=True) as connection,
        pytest.raises(Misconfigured, match=rf"postgres is a superuser(?s:.*){TWO_LINES}"),
    ):
        check_role(connection)


def test_a_role_that_may_bypass_the_policies_is_refused(server: EmbeddedDatabase) -> None:
    with connected(server, superuser=True) as connection:
        connection.execute("CREATE ROLE passer BYPASSRLS")
        connection.execute("SET ROLE passer")
        with pytest.raises(Misconfigured, match=rf"passer has BYPASSRLS(?s:.*){TWO_LINES}"):
            check_role(connection)
        connection.rollback()


def test_it_is_the_current_role_that_counts(server: EmbeddedDatabase) -> None:
    with connected(server, superuser=True) as connection:
        connection.execute("SET ROLE curbledger")
        check_role(connection)


def test_a_cursor_will_do_and_keeps_its_results(server: EmbeddedDatabase) -> None:
    with connected(server, superuser=False) as connection, connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("SELECT 1 AS kept")
        check_role(cursor)
        assert cursor.fetchone() == {"kept": 1}


def test_an_old_postgresql_is_refused() -> None:
    judge(RoleFacts(15, "curbledger", is_superuser=False, bypasses_policies=False))
    with pytest.raises(Misconfigured, match="PostgreSQL 14"):
        judge(RoleFacts(14, "curbledger", is_superuser=False, bypasses_policies=False))
