"""Many rows at once: the load of an import, the tickets of a made-up town.

COPY is the fastest way in, but PostgreSQL refuses it on a table with row-level security. So the rows are copied to
a table of the session's own and go from there in one statement, past the policies and triggers of their table.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db import connection, transaction
from psycopg.sql import SQL, Identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Takes the columns' types from the table, so that what does not fit is refused by name and line while it is copied.
_STAGE = SQL("CREATE TEMPORARY TABLE {stage} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA")
_COPY = SQL("COPY pg_temp.{stage} ({columns}) FROM STDIN")
_INSERT = SQL("INSERT INTO {table} ({columns}) SELECT {columns} FROM pg_temp.{stage}")
_EMPTY = SQL("TRUNCATE pg_temp.{stage}")
# Statistics of a wide table cost as much as its columns are many, and only these decide which index is taken. In the
# order in which the tables are named: two that analyze the same ones never wait for each other in a circle.
_INDEXED = """
    SELECT named.name, array_agg(DISTINCT a.attname::text)
    FROM unnest(%s::text[]) WITH ORDINALITY AS named (name, place)
    JOIN pg_index i ON i.indrelid = to_regclass(named.name)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    GROUP BY named.place, named.name
    ORDER BY named.place
"""


def insert_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Insert `rows`, each with a value for each of `columns`, and return how many the table took.

    All of them or none. The columns left out get the table's own defaults; those that only Django's model knows
    must be among the values. `rows` may be a generator: it is read once and never kept, and it must not use the
    database, whose connection is busy with the copy. The table's rows keep the order of `rows`.
    """
    names = SQL(", ").join(map(Identifier, columns))
    stage = _stage_of(table, columns)
    parts = {"columns": names, "table": Identifier(table), "stage": Identifier(stage)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NULL", [f"pg_temp.{stage}"])
        (missing,) = cursor.fetchone()
        if missing:
            cursor.execute(_STAGE.format(**parts))
        # Django passes psycopg's copy on as it is, without translating its errors.
        with connection.wrap_database_errors, cursor.copy(_COPY.format(**parts)) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_INSERT.format(**parts))
        inserted: int = cursor.rowcount
        cursor.execute(_EMPTY.format(**parts))
    return inserted


def _stage_of(table: str, columns: Sequence[str]) -> str:
    """The name of the table that rows of this shape are copied to.

    One for all calls of a transaction: each table costs locks that are held until the transaction ends, dropped or
    not, and the server has room for so many.
    """
    return f"incoming_{hashlib.sha256(' '.join((table, *columns)).encode()).hexdigest()[:20]}"


def draw_ids(table: str, count: int) -> list[int]:
    """Take `count` numbers from the sequence of the table's `id`, in order.

    For rows that refer to one another before any of them is inserted. A number that is not used stays unused.
    """
    with connection.cursor() as cursor:
        # The sequence is looked up once, and not for each number.
        cursor.execute(
            "WITH sequence AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS id) "
            "SELECT nextval(sequence.id) FROM sequence, generate_series(1, %s)",
            [table, count],
        )
        return [number for (number,) in cursor.fetchall()]


def refresh_statistics(*tables: str) -> None:
    """Have the planner look at tables that have just grown a lot, for their indexes' sake.

    Also inside the transaction that fills them: what their triggers ask was planned while the client had no rows
    there, and an index by client alone looked as good as the right one; each row would be a little slower than the
    one before. Waits, as ANALYZE does, for a transaction that has done the same with these tables and goes on.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INDEXED, [list(tables)])
        for table, columns in cursor.fetchall():
            names = SQL(", ").join(map(Identifier, columns))
            cursor.execute(SQL("ANALYZE {} ({})").format(Identifier(table), names))
