"""Put a backup back into an empty installation: everything in one transaction, or nothing."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import zstandard
from django.db.migrations.loader import MigrationLoader
from psycopg.sql import SQL, Identifier

from curbledger.backup.connect import connected
from curbledger.backup.folder import MANIFEST, Broken, check_folder, sync
from curbledger.backup.make import FORMAT, Backup
from curbledger.backup.schema import AFTER, BEFORE
from curbledger.backup.tables import MACHINE_MADE, names, tables
from curbledger.errors import Conflict, Invalid

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg import Connection

_PIECE = 1 << 20
_COPY = SQL("COPY {table} ({columns}) FROM STDIN")
_FILES = "files/"


def restore(source: Path, *, files: Path) -> Backup:
    """Put the backup in `source` back, the stored files into `files`. Checks all of it before it changes anything.

    Raises Invalid for what is no backup or is newer than this version, Broken for one that is not whole, Conflict
    where the database or the folder of files is not empty.
    """
    inside = check_folder(source)
    made = _read(source)
    if files.exists() and any(path.is_file() for path in files.rglob("*")):
        raise Conflict(f"{files} is not empty. Restore into an installation that has nothing yet.")
    with connected() as connection, connection.transaction():
        _make_room(connection)
        connection.execute(_script(source, BEFORE))
        _copy_rows(connection, source, made)
        connection.execute(_script(source, AFTER))
        # Last, and before the commit: rows without their files would be a restore that is half done.
        _copy_files(source, inside, files)
    with connected() as connection:
        connection.execute("ANALYZE")
    return made


def _read(source: Path) -> Backup:
    try:
        found = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Invalid(f"{source} is no backup: its {MANIFEST} cannot be read.", field="dir") from None
    if found.get("format") != FORMAT:
        raise Invalid(
            f"This backup is of format {found.get('format')}, and this version reads {FORMAT}. Use the version that "
            f"made it, {found.get('curbledger')}, or a newer one.",
            field="dir",
        )
    made = Backup(**found)
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = sorted(set(made.migrations) - known)
    if unknown:
        raise Invalid(
            f"This backup was made by a newer Curbledger, {made.curbledger}: this version does not know {unknown[0]}.",
            field="dir",
        )
    return made


def _make_room(connection: Connection[Any]) -> None:
    """Take away the tables of an installation that has been migrated and holds nothing. Raises Conflict otherwise."""
    found = tables(connection)
    for table in found:
        # A client's tables need no look: without a client they have no rows.
        if table.name in MACHINE_MADE or table.owned:
            continue
        if connection.execute(SQL("SELECT 1 FROM {} LIMIT 1").format(Identifier(table.name))).fetchone():
            raise Conflict(
                f"The database is not empty: there are rows in {table.name}. Restore into an empty database; for the "
                "embedded one, move CURBLEDGER_HOME away or set another."
            )
    if found:
        listed = SQL(", ").join(Identifier(table.name) for table in found)
        connection.execute(SQL("DROP TABLE {} CASCADE").format(listed))
        for function in names(connection, "functions"):
            connection.execute(f"DROP FUNCTION {function} CASCADE".encode())


def _script(source: Path, section: str) -> bytes:
    """Statements as pg_dump wrote them: without parameters the server takes all of them at once."""
    return (source / "schema" / f"{section}.sql").read_bytes()


def _copy_rows(connection: Connection[Any], source: Path, made: Backup) -> None:
    """The tables have no policies, triggers or keys yet: rows go in as they came out."""
    # pg_dump's script empties it.
    connection.execute("SET LOCAL search_path = public")
    columns = {table.name: table.columns for table in tables(connection)}
    for name, count in made.rows.items():
        statement = _COPY.format(
            table=Identifier("public", name), columns=SQL(", ").join(map(Identifier, columns[name]))
        )
        with connection.cursor() as cursor:
            with (
                (source / "rows" / f"{name}.copy.zst").open("rb") as opened,
                zstandard.ZstdDecompressor().stream_reader(opened) as reader,
                cursor.copy(statement) as copy,
            ):
                while piece := reader.read(_PIECE):
                    copy.write(piece)
            if cursor.rowcount != count:
                raise Broken(f"The backup says that {name} has {count} rows, and there are {cursor.rowcount}.")
    for name, (last, called) in made.sequences.items():
        connection.execute("SELECT setval(%s::regclass, %s, %s)", [f'public."{name}"', last, called])


def _copy_files(source: Path, inside: list[str], files: Path) -> None:
    """Copied beside their folder, which gets its name when all of them are on the disk."""
    partial = files.with_name(f".{files.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        for name in inside:
            if name.startswith(_FILES):
                target = partial / name.removeprefix(_FILES)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / name, target)
        os.sync()
        # Nothing but empty folders, as was looked at before.
        shutil.rmtree(files, ignore_errors=True)
        partial.rename(files)
        sync(files.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
