"""No change of a client's rows escapes the audit, whoever makes it: asked of every table, and by raw SQL."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import errors

from curbledger.database.audit import (
    ENDING,
    FOR_EVERYBODY,
    KEPT,
    PROGRESS,
    SECRET,
    SELF_EVIDENT,
    UNAUDITED,
    install_triggers,
    missing_triggers,
    wanted_triggers,
)
from tests.isolation.catalog import FOREIGN_KEYS, GLOBAL_TABLES, TRIGGERS, client_tables
from tests.isolation.neighbours import Bound, Neighbours

AUDITED = tuple(table for table in client_tables() if table not in UNAUDITED)
each_audited_table = pytest.mark.parametrize("table", AUDITED)

COLUMNS = """
SELECT a.attname::text, format_type(a.atttypid, NULL)
FROM pg_attribute a
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum
"""
# Columns whose naming in an update makes a trigger of that name fire; none: every column.
WATCHED = """
SELECT a.attname::text FROM pg_trigger t
LEFT JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr)
WHERE t.tgrelid = %s::regclass AND t.tgname = %s
"""
# A value that a column did not have, by its type.
OTHERWISE = {
    "text": "{0} || '!'",
    "character varying": "'!' || substr({0}, 2)",
    "timestamp with time zone": "{0} + interval '1 day'",
    "date": "{0} + 1",
    "boolean": "NOT {0}",
    "integer": "{0} + 1",
    "bigint": "{0} + 1",
    "smallint": "{0} + 1",
    "numeric": "{0} + 1",
    "uuid": "gen_random_uuid()",
}
ENTRIES = "SELECT id, act, by_kind, by_name, about_row, changes FROM audit_entry WHERE about = %s ORDER BY id DESC"


def entries(bound: Bound, table: str, after: int = 0) -> list[Any]:
    return [row for row in bound.rows(ENTRIES, table) if row[0] > after]


def newest(bound: Bound) -> int:
    ((number,),) = bound.rows("SELECT coalesce(max(id), 0) FROM audit_entry")
    return int(number)


def test_every_clients_table_is_audited_or_has_a_reason_not_to_be(committed: str, bound: Bound) -> None:
    wanted = wanted_triggers()
    for table in client_tables():
        there = {name for (name,) in bound.rows(TRIGGERS, [table]) if name.startswith("audit_")}
        assert there == {name for of, name in wanted if of == table}
        if table in UNAUDITED:
            assert there == {"audit_emptied"}
        else:
            assert {"audit_changed", "audit_removed", "audit_emptied"} <= there
            assert ("audit_added" in there) == (table not in SELF_EVIDENT)
    assert missing_triggers() == []


def test_what_is_told_apart_is_there(bound: Bound) -> None:
    """A table or column that was renamed would be forgotten without a word."""
    assert {*UNAUDITED, *SELF_EVIDENT} <= set(client_tables())
    assert set(FOR_EVERYBODY) <= set(GLOBAL_TABLES)
    assert not set(UNAUDITED) & set(SELF_EVIDENT)
    for told in (PROGRESS, KEPT, ENDING, SECRET):
        for table, columns in told.items():
            assert table not in UNAUDITED
            assert set(columns) <= {name for name, _ in bound.rows(COLUMNS, table)}, table


@pytest.mark.parametrize("table", [*AUDITED, *FOR_EVERYBODY])
def test_no_column_escapes(bound: Bound, table: str) -> None:
    columns = {name for name, _ in bound.rows(COLUMNS, table)}
    watched = {name for (name,) in bound.rows(WATCHED, table, "audit_changed")}
    apart = {name for told in (PROGRESS, KEPT, ENDING) for name in told.get(table, ())}
    if watched == {None}:
        assert not apart
    else:
        assert watched == columns - apart
    by_hand = {name for (name,) in bound.rows(WATCHED, table, "audit_changed_by_hand")}
    assert by_hand == set(KEPT.get(table, ()))
    ending = {name for (name,) in bound.rows(WATCHED, table, "audit_changed_after_its_end")}
    assert ending == set(ENDING.get(table, ()))


@each_audited_table
def test_an_update_by_raw_sql_leaves_its_old_and_its_new_value(
    bound: Bound, neighbours: Neighbours, table: str
) -> None:
    bound.enter(neighbours.us)
    row = neighbours.ours[table]
    apart = {name for told in (PROGRESS, KEPT, ENDING) for name in told.get(table, ())}
    # Most columns of some tables point at other rows; whether those are there is not what is asked here.
    for name, owner, target, *_ in bound.rows(FOREIGN_KEYS):
        if owner == table and target != "client":
            bound.count(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    changed = 0
    for column, kind in bound.rows(COLUMNS, table):
        if kind not in OTHERWISE or column in apart or column in {"id", "client_id"}:
            continue
        before = newest(bound)
        try:
            with bound.connection.transaction():
                bound.count(f"UPDATE {table} SET {column} = {OTHERWISE[kind].format(column)} WHERE id = %s", row)
        except (errors.CheckViolation, errors.RestrictViolation, errors.ForeignKeyViolation):
            continue
        ((value,),) = bound.rows(f"SELECT to_jsonb({column}) FROM {table} WHERE id = %s", row)
        found = [entry for entry in entries(bound, table, before) if column in entry[5]]
        if value is None:
            continue
        ((_, act, by_kind, by_name, about_row, changes),) = found
        assert (act, by_kind, by_name, about_row) == ("changed", "database", "curbledger", row)
        old, new = changes[column]
        if column in SECRET.get(table, ()):
            assert (old, new) == ("•••", "•••")
        else:
            assert new == value
            assert old != new
        changed += 1
    assert changed, "no column of this table could be changed: say in OTHERWISE how"


@each_audited_table
def test_an_update_that_changes_nothing_leaves_nothing(bound: Bound, neighbours: Neighbours, table: str) -> None:
    bound.enter(neighbours.us)
    before = newest(bound)
    assert bound.count(f"UPDATE {table} SET client_id = client_id WHERE id = %s", neighbours.ours[table]) == 1
    assert newest(bound) == before


@each_audited_table
def test_a_row_that_is_deleted_leaves_all_that_it_was(bound: Bound, neighbours: Neighbours, table: str) -> None:
    bound.enter(neighbours.us)
    # Others point at it; the constraints are not what is asked here.
    for name, owner in bound.rows(
        "SELECT conname::text, conrelid::regclass::text FROM pg_constraint "
        "WHERE contype = 'f' AND confrelid = %s::regclass",
        table,
    ):
        bound.count(f"ALTER TABLE {owner} DROP CONSTRAINT {name}")
    for (name,) in bound.rows(TRIGGERS, [table]):
        if not name.startswith("audit_"):
            bound.count(f"DROP TRIGGER {name} ON {table}")
    before = newest(bound)
    assert bound.count(f"DELETE FROM {table} WHERE id = %s", neighbours.ours[table]) == 1
    ((_, act, _, _, about_row, changes),) = entries(bound, table, before)
    assert (act, about_row) == ("removed", neighbours.ours[table])
    assert changes
    assert all(new is None for _, new in changes.values())


@pytest.mark.parametrize("table", [table for table in AUDITED if table not in SELF_EVIDENT])
def test_a_row_that_is_added_leaves_what_it_is(bound: Bound, neighbours: Neighbours, table: str) -> None:
    """As Django added them when the tables were filled."""
    bound.enter(neighbours.us)
    found = [entry for entry in entries(bound, table) if entry[1] == "added" and entry[4] == neighbours.ours[table]]
    ((_, _, by_kind, by_name, _, changes),) = found
    assert (by_kind, by_name) == ("system", "Curbledger")
    assert all(old is None for old, _ in changes.values())
    assert not {"id", "client_id"} & changes.keys()


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET by_name = 'nobody'", "DELETE FROM audit_entry"])
def test_an_entry_stays_as_it_is(bound: Bound, neighbours: Neighbours, statement: str) -> None:
    bound.enter(neighbours.us)
    refused = bound.refuses(errors.RestrictViolation, statement)
    assert isinstance(refused, psycopg.Error)
    assert refused.diag.constraint_name == "audit_entry_is_append_only"


FORGED = """
INSERT INTO audit_entry (client_id, at, by_kind, by_name, about, act, about_row, rows, label, changes)
SELECT client_id, at, 'staff', 'somebody.else@example.org', about, act, about_row, rows, label, changes
FROM audit_entry LIMIT 1
"""


@pytest.mark.parametrize(
    "statement",
    [
        FORGED,
        f"WITH forged AS ({FORGED} RETURNING id) SELECT * FROM forged",
        """
        MERGE INTO audit_entry a USING (SELECT * FROM audit_entry LIMIT 1) s ON a.id = -1
        WHEN NOT MATCHED THEN INSERT (client_id, at, by_kind, by_name, about, act, about_row, rows, label, changes)
        VALUES (s.client_id, s.at, 'staff', 'x', s.about, s.act, s.about_row, s.rows, s.label, s.changes)
        """,
    ],
)
def test_an_entry_that_nothing_happened_for_is_refused(bound: Bound, neighbours: Neighbours, statement: str) -> None:
    bound.enter(neighbours.us)
    refused = bound.refuses(errors.RestrictViolation, statement)
    assert refused.diag.constraint_name == "audit_entry_is_written_by_triggers"


@pytest.mark.parametrize("table", [*client_tables(), *FOR_EVERYBODY])
def test_no_table_is_emptied_at_once(bound: Bound, neighbours: Neighbours, table: str) -> None:
    """TRUNCATE asks no policy, and passes by what sees rows go."""
    bound.enter(neighbours.us)
    refused = bound.refuses(errors.RestrictViolation, f"TRUNCATE {table} CASCADE")
    assert str(refused.diag.constraint_name).endswith("_is_not_emptied")


def test_rows_that_are_upserted_or_merged_leave_entries(bound: Bound, neighbours: Neighbours) -> None:
    bound.enter(neighbours.us)
    us = neighbours.us.pk
    before = newest(bound)
    # PostgreSQL lets nobody copy into a table under row-level security.
    bound.refuses(errors.FeatureNotSupported, "COPY make (client_id, name) FROM STDIN")
    bound.count("INSERT INTO make (client_id, name) VALUES (%s, 'First'), (%s, 'Inserted')", us, us)
    # A conflict is a change of the row that is there.
    bound.count(
        "INSERT INTO make (client_id, id, name) SELECT client_id, id, name FROM make WHERE name = 'Inserted' "
        "ON CONFLICT (client_id, id) DO UPDATE SET name = 'Upserted'"
    )
    merge = (
        "MERGE INTO make l USING (VALUES ('First'), ('Merged')) AS s (name) ON l.name = s.name "
        "WHEN MATCHED THEN UPDATE SET name = 'Changed' "
        "WHEN NOT MATCHED THEN INSERT (client_id, name) VALUES (%s, s.name)"
    )
    bound.count(merge, us)
    bound.count("MERGE INTO make l USING (VALUES ('Merged')) AS s (name) ON l.name = s.name WHEN MATCHED THEN DELETE")
    found = [(act, changes["name"]) for _, act, *_, changes in reversed(entries(bound, "make", before))]
    assert found == [
        ("added", [None, "First"]),
        ("added", [None, "Inserted"]),
        ("changed", ["Inserted", "Upserted"]),
        ("changed", ["First", "Changed"]),
        ("added", [None, "Merged"]),
        ("removed", ["Merged", None]),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET LOCAL session_replication_role = replica",
        "SELECT set_config('session_replication_role', 'replica', true)",
        "ALTER TABLE violation DISABLE TRIGGER ALL",
    ],
)
def test_the_bound_role_cannot_have_triggers_sleep(bound: Bound, neighbours: Neighbours, statement: str) -> None:
    bound.enter(neighbours.us)
    bound.refuses(errors.InsufficientPrivilege, statement)


def test_whoever_names_another_actor_past_the_product_is_believed(bound: Bound, neighbours: Neighbours) -> None:
    """The product and whoever has its password are one role: docs/portal.md says so. No name at all is the role's."""
    bound.enter(neighbours.us)
    before = newest(bound)
    bound.count("INSERT INTO make (client_id, name) VALUES (%s, 'Plain')", neighbours.us.pk)
    bound.rows("SELECT set_config('curbledger.actor', 'staff:ada@example.org', true)")
    bound.count("INSERT INTO make (client_id, name) VALUES (%s, 'Named')", neighbours.us.pk)
    by = [(entry[2], entry[3]) for entry in reversed(entries(bound, "make", before))]
    assert by == [("database", "curbledger"), ("staff", "ada@example.org")]


def test_a_trigger_that_was_switched_off_is_missed(bound: Bound, committed: str) -> None:
    """Their owner can; the doctor says so, and the next `migrate` puts it right."""
    off = "ALTER TABLE violation DISABLE TRIGGER audit_changed"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(off)
        assert missing_triggers() == ["violation"]
        install_triggers()
        assert missing_triggers() == []
        transaction.set_rollback(True)
