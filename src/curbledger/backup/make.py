"""Make a backup: definitions and rows in one snapshot, then the stored files."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import zstandard
from psycopg.sql import SQL, Composable, Identifier, Literal

from curbledger import __version__
from curbledger.backup.connect import connected
from curbledger.backup.folder import MANIFEST, Folder, new_folder
from curbledger.backup.schema import AFTER, BEFORE, dump
from curbledger.backup.tables import FORGOTTEN, Table, names, tables
from curbledger.errors import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from psycopg import Connection

FORMAT = 1
_LEVEL = 3
_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_COPY = SQL("COPY (SELECT {columns} FROM {table}{where}) TO STDOUT")
_OWN = SQL(" WHERE client_id = {client}")
# Local to the transaction of the snapshot, in which each client's rows are read in turn.
_ENTER = "SELECT set_config('curbledger.client_id', %s, true)"  # scope: one snapshot must see every client in turn.


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds."""

    format: int
    curbledger: str
    made_at: str
    postgresql: str
    migrations: list[str]
    rows: dict[str, int]
    sequences: dict[str, list[Any]]
    files: int

    @property
    def total_rows(self) -> int:
        """Rows of all tables together."""
        return sum(self.rows.values())


def back_up(target: Path, *, files: Path, at: datetime) -> Backup:
    """Write a backup to `target`, which has its name only when it is whole. Everybody may go on working.

    `files` is the folder of stored files: they are copied after the rows, so that no row names a file that is
    missing. Raises Conflict, Invalid, Misconfigured, NotFound, DatabaseUnavailable.
    """
    if target.resolve().is_relative_to(files.resolve()):
        raise Invalid(f"{target} lies among the files that are to be backed up.", field="dir")
    with new_folder(target) as folder:
        with connected() as connection, _snapshot(connection) as snapshot:
            found = tables(connection)
            if "django_migrations" not in {table.name for table in found}:
                raise NotFound("There is nothing to back up: the database has no tables yet.")
            for section in (BEFORE, AFTER):
                folder.write(f"schema/{section}.sql", dump(connection, section, snapshot=snapshot).encode())
            made = Backup(
                format=FORMAT,
                curbledger=__version__,
                made_at=at.isoformat(),
                postgresql=str(connection.info.parameter_status("server_version")),
                migrations=names(connection, "migrations"),
                rows=_copy_rows(connection, found, folder),
                sequences=_sequences(connection),
                files=_copy_files(files, folder),
            )
        folder.write(MANIFEST, json.dumps(asdict(made), indent=1).encode())
    return made


@contextmanager
def _snapshot(connection: Connection[Any]) -> Iterator[str]:
    """A transaction that sees one moment of every client, and the name by which pg_dump sees the same."""
    connection.execute(_SNAPSHOT)
    try:
        ((snapshot,),) = connection.execute("SELECT pg_export_snapshot()").fetchall()
        yield snapshot
    finally:
        connection.execute("ROLLBACK")


def _copy_rows(connection: Connection[Any], found: list[Table], folder: Folder) -> dict[str, int]:
    clients = names(connection, "clients")
    counts = {}
    for table in found:
        if table.name in FORGOTTEN:
            continue
        with folder.file(f"rows/{table.name}.copy.zst") as opened:
            compressor = zstandard.ZstdCompressor(level=_LEVEL)
            with compressor.stream_writer(opened, closefd=False) as writer:
                # Asked for by client as well, so that it cannot depend on the policies that nothing is doubled.
                wheres = (
                    [(one, _OWN.format(client=Literal(one))) for one in clients] if table.owned else [("", SQL(""))]
                )
                counts[table.name] = sum(
                    _copy_out(connection, table, client=str(client), where=where, writer=writer)
                    for client, where in wheres
                )
    return counts


def _copy_out(
    connection: Connection[Any],
    table: Table,
    *,
    client: str,
    where: Composable,
    writer: zstandard.ZstdCompressionWriter,
) -> int:
    connection.execute(_ENTER, [client])
    columns = SQL(", ").join(map(Identifier, table.columns))
    statement = _COPY.format(columns=columns, table=Identifier(table.name), where=where)
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for piece in copy:
                writer.write(piece)
        return cursor.rowcount


def _sequences(connection: Connection[Any]) -> dict[str, list[Any]]:
    """Read last: a number that was drawn after the snapshot is skipped, and none is given twice."""
    return {
        name: list(
            connection.execute(SQL("SELECT last_value, is_called FROM {}").format(Identifier(name))).fetchall()[0]
        )
        for name in names(connection, "sequences")
    }


def _copy_files(files: Path, folder: Folder) -> int:
    """Copy what is stored: files and folders, no links, nor what is being written (its name begins with a dot)."""
    count = 0
    for path in sorted(files.rglob("*")):
        inside = path.relative_to(files)
        if path.is_symlink() or not path.is_file() or any(part.startswith(".") for part in inside.parts):
            continue
        folder.copy(path, f"files/{inside.as_posix()}")
        count += 1
    return count
