"""What the catalog says of every table, so that a new one cannot escape."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from curbledger.database.fields import ClientForeignKey, StatementForeignKey
from curbledger.database.policies import OWN_ROWS
from tests.isolation.catalog import (
    COLUMNS,
    FOREIGN_KEYS,
    GLOBAL_TABLES,
    INDEXES,
    POLICIES,
    TABLES,
    TRIGGERS,
    client_models,
    client_tables,
)
from tests.isolation.neighbours import Bound

# Columns that end like a reference and are none: the numbers of other systems.
NO_REFERENCES = {
    ("attachment", "unique_id"),
    ("person", "company_id"),
    ("person", "extended_id"),
    ("person", "read_only_user_id"),
    ("person", "unique_id"),
}


def plain(expression: str) -> str:
    """An expression without what PostgreSQL adds when it writes one out."""
    return re.sub(r"::text|::bigint|[()\s]", "", expression.replace("NULLIF", "nullif"))


def test_every_table_is_a_clients_or_global_for_a_reason(bound: Bound) -> None:
    tables = {row[0] for row in bound.rows(TABLES)}
    assert tables == set(GLOBAL_TABLES) | set(client_tables())
    assert not set(GLOBAL_TABLES) & set(client_tables())


def test_every_clients_table_has_its_rows_secured_and_the_owner_bound(bound: Bound) -> None:
    secured = {name: flags for name, *flags in bound.rows(TABLES) if name not in GLOBAL_TABLES}
    assert secured == {name: [True, True, True] for name in client_tables()}


@pytest.mark.parametrize("table", client_tables())
def test_one_policy_covers_every_command_for_reading_and_for_writing(bound: Bound, table: str) -> None:
    ((_, command, permissive, for_everybody, reading, writing),) = bound.rows(POLICIES, table)
    # A second permissive policy would widen the first: there is one, for all commands and all roles.
    assert (command, permissive, for_everybody) == ("*", True, True)
    assert plain(reading) == plain(writing) == plain(OWN_ROWS)


def _checked_by_statement() -> Iterator[tuple[str, str, str, set[str]]]:
    """The references that triggers keep, with the triggers' names."""
    for model in client_models():
        for field in model._meta.local_fields:
            if isinstance(field, StatementForeignKey):
                table, column, target = model._meta.db_table, field.column, field.remote_field.model._meta.db_table
                own = {f"{table}_{column}_is_there", f"{table}_{column}_stays"}
                yield (
                    table,
                    column,
                    target,
                    {*own, f"{target}_is_kept_by_{table}", f"{target}_keeps_its_key_for_{table}"},
                )


def test_every_reference_between_clients_tables_is_within_one_client(bound: Bound) -> None:
    clients = set(client_tables())
    found = set()
    for name, table, target, valid, deferrable, columns, targets in bound.rows(FOREIGN_KEYS):
        if {table, target} <= set(GLOBAL_TABLES):
            continue
        if table not in clients or target not in clients:
            assert target == "client", f"{name} leads from {table} to {target}"
            continue
        assert (columns[0], targets) == ("client_id", ["client_id", "id"]), name
        assert (valid, deferrable) == (True, False), name
        found.add((table, columns[1], target))
    for table, column, target, checked in _checked_by_statement():
        assert {name for (name,) in bound.rows(TRIGGERS, [table, target])} >= checked
        found.add((table, column, target))
    assert found == {
        (model._meta.db_table, field.column, field.remote_field.model._meta.db_table)
        for model in client_models()
        for field in model._meta.local_fields
        if isinstance(field, ClientForeignKey)
    }


def test_every_column_that_looks_like_a_reference_is_one(bound: Bound) -> None:
    columns = {
        (table, column)
        for table in client_tables()
        for (column,) in bound.rows(COLUMNS, table)
        if column.endswith("_id")
    }
    kept = {(table, column) for _, table, _, _, _, names, _ in bound.rows(FOREIGN_KEYS) for column in names}
    # What points at a row of the client has the client of that row.
    kept |= {(table, name) for table, column, _, _ in _checked_by_statement() for name in ("client_id", column)}
    assert columns - kept == NO_REFERENCES


@pytest.mark.parametrize("table", client_tables())
def test_every_index_begins_with_the_client(bound: Bound, table: str) -> None:
    """Unique ones above all: whether a row is refused must not depend on what others have, nor on where they are."""
    indexes = bound.rows(INDEXES, table)
    (primary,) = (columns for _, is_primary, _, _, columns in indexes if is_primary)
    assert primary == ["client_id", "id"]
    for name, _, _, valid, columns in indexes:
        assert valid, name
        assert columns[0] == "client_id", name


def test_the_role_of_these_tests_is_bound(bound: Bound) -> None:
    ((superuser, bypasses, name),) = bound.rows(
        "SELECT rolsuper, rolbypassrls, rolname::text FROM pg_roles WHERE rolname = current_user"
    )
    assert (superuser, bypasses) == (False, False)
    ((memberships,),) = bound.rows(
        "SELECT count(*) FROM pg_roles r WHERE pg_has_role(%s, r.oid, 'MEMBER') AND (r.rolsuper OR r.rolbypassrls)",
        name,
    )
    assert memberships == 0


def test_nothing_reads_for_somebody_else(bound: Bound) -> None:
    """A view reads as its owner unless told otherwise, a materialized one keeps what its maker saw, and a function
    can run as its owner."""
    views = bound.rows(
        "SELECT relname, relkind, coalesce(reloptions, '{}') FROM pg_class "
        "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')"
    )
    for name, kind, options in views:
        assert kind == "v", name
        assert {"security_invoker=true", "security_invoker=on", "security_invoker=1"} & set(options), name
    definers = bound.rows("SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef")
    assert definers == []
    assert bound.rows("SELECT rulename::text FROM pg_rules WHERE schemaname = 'public'") == []


def test_no_column_of_a_global_table_keeps_what_a_client_keeps(bound: Bound) -> None:
    """A new column of a table that everybody reads is a decision."""
    columns = bound.rows(
        "SELECT table_name::text, array_agg(column_name::text ORDER BY column_name) FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name = ANY (%s) GROUP BY 1",
        [name for name in GLOBAL_TABLES if not name.startswith(("django_", "auth_", "axes_", "procrastinate_"))],
    )
    assert dict(columns) == {
        "client": ["code", "collecting", "created_at", "currency", "id", "key", "name", "timezone"],
        "token_digest": ["client_id", "digest", "token_id"],
        "failed_attempt": ["address", "count", "id", "minute"],
        "staff_user": [
            "created_at",
            "email",
            "id",
            "is_active",
            "is_system_administrator",
            "language",
            "last_login",
            "name",
            "password",
            "sessions_ended",
        ],
        "membership": ["client_id", "created_at", "id", "role", "user_id"],
        "deliverer": ["host", "id", "pid", "seen_at", "started_at"],
    }
