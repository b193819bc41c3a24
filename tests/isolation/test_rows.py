"""Raw SQL as the bound role against every table: one client never sees, changes, or points at another's rows."""

from __future__ import annotations

import pytest
from psycopg import errors

from tests.isolation.catalog import CHECKS, COLUMNS, FOREIGN_KEYS, client_tables
from tests.isolation.neighbours import Bound, Neighbours

each_table = pytest.mark.parametrize("table", client_tables())


def copy(bound: Bound, table: str, client_id: str) -> str:
    """A statement that inserts a row like one that is there, for another client."""
    columns = [name for (name,) in bound.rows(COLUMNS, table)]
    values = ", ".join(client_id if name == "client_id" else name for name in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE id = %s"


@each_table
def test_a_client_sees_its_own_rows_and_no_others(bound: Bound, neighbours: Neighbours, table: str) -> None:
    for client, own in ((neighbours.us, neighbours.ours[table]), (neighbours.them, neighbours.theirs[table])):
        bound.enter(client)
        assert bound.rows(f"SELECT DISTINCT client_id FROM {table}") == [(client.pk,)]
        assert bound.rows(f"SELECT id FROM {table} WHERE id = %s", own) == [(own,)]
    bound.enter(neighbours.us)
    assert bound.rows(f"SELECT id FROM {table} WHERE id = %s", neighbours.theirs[table]) == []
    assert bound.rows(f"SELECT id FROM {table} WHERE client_id = %s", neighbours.them.pk) == []


@each_table
def test_outside_a_scope_there_are_no_rows(bound: Bound, neighbours: Neighbours, table: str) -> None:
    """Neither in a session that never had one, where the setting is null, nor after one, where it is empty."""
    assert bound.rows("SELECT current_setting('curbledger.client_id', true)") == [(None,)]
    for _ in range(2):
        assert bound.rows(f"SELECT count(*) FROM {table}") == [(0,)]
        assert bound.count(f"UPDATE {table} SET client_id = client_id") == 0
        assert bound.count(f"DELETE FROM {table}") == 0
        bound.enter(neighbours.us)
        bound.enter(None)


@each_table
def test_outside_a_scope_nothing_can_be_inserted(bound: Bound, neighbours: Neighbours, table: str) -> None:
    """The values come from a temporary copy: outside the scope there is no row to copy from."""
    bound.enter(neighbours.us)
    statement = copy(bound, table, str(neighbours.us.pk))
    bound.count(f"CREATE TEMPORARY TABLE kept AS SELECT * FROM {table} WHERE id = %s", neighbours.ours[table])
    bound.enter(None)
    statement = statement.replace(f"FROM {table} WHERE id = %s", "FROM pg_temp.kept")
    bound.refuses(errors.InsufficientPrivilege, statement)


@each_table
def test_another_clients_rows_cannot_be_changed_or_removed(bound: Bound, neighbours: Neighbours, table: str) -> None:
    bound.enter(neighbours.us)
    theirs = neighbours.theirs[table]
    assert bound.count(f"UPDATE {table} SET client_id = client_id WHERE id = %s", theirs) == 0
    assert bound.count(f"UPDATE {table} SET client_id = %s WHERE id = %s", neighbours.us.pk, theirs) == 0
    assert bound.count(f"DELETE FROM {table} WHERE id = %s", theirs) == 0
    assert bound.rows(f"SELECT id FROM {table} WHERE id = %s FOR UPDATE", theirs) == []


@each_table
def test_a_row_cannot_be_inserted_for_another_client(bound: Bound, neighbours: Neighbours, table: str) -> None:
    bound.enter(neighbours.us)
    statement = copy(bound, table, str(neighbours.them.pk))
    bound.refuses(errors.InsufficientPrivilege, statement, neighbours.ours[table])


@each_table
def test_a_row_cannot_be_given_to_another_client(bound: Bound, neighbours: Neighbours, table: str) -> None:
    bound.enter(neighbours.us)
    statement = f"UPDATE {table} SET client_id = %s WHERE id = %s"
    bound.refuses(errors.InsufficientPrivilege, statement, neighbours.them.pk, neighbours.ours[table])


@each_table
def test_a_row_cannot_point_at_another_clients(bound: Bound, neighbours: Neighbours, table: str) -> None:
    """Foreign keys ignore row-level security, so they carry the client themselves."""
    bound.enter(neighbours.us)
    # What else would refuse goes, for this transaction: only the foreign keys are asked.
    bound.count(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for (check,) in bound.rows(CHECKS, table):
        bound.count(f"ALTER TABLE {table} DROP CONSTRAINT {check}")
    for name, owner, target, _, _, columns, _ in bound.rows(FOREIGN_KEYS):
        if owner == table and target != "client":
            statement = f"UPDATE {table} SET {columns[1]} = %s WHERE id = %s"
            own = neighbours.ours[target]
            assert bound.count(statement, own, neighbours.ours[table]) == 1, f"{name}: our own must do"
            bound.refuses(errors.ForeignKeyViolation, statement, neighbours.theirs[target], neighbours.ours[table])


def test_both_clients_have_a_row_in_every_table(neighbours: Neighbours) -> None:
    """Or the tests above would look for nothing, and not find it."""
    assert set(neighbours.ours) == set(neighbours.theirs) == set(client_tables())
    assert not set(neighbours.ours.items()) & set(neighbours.theirs.items())
