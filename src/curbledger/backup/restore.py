"""Put a backup back, into an empty installation or in place of what is there: in one transaction, or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import zstandard
from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from psycopg.sql import SQL, Identifier

from curbledger.backup.connect import connected
from curbledger.backup.files import Incoming, holds_files
from curbledger.backup.folder import MANIFEST, Broken, check_folder
from curbledger.backup.make import FORMAT, Backup
from curbledger.backup.schema import AFTER, BEFORE
from curbledger.backup.tables import MACHINE_MADE, names, tables
from curbledger.errors import Conflict, Invalid

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg import Connection

_PIECE = 1 << 20
_COPY = SQL("COPY {table} ({columns}) FROM STDIN")
_SAY_SO = "Restore into an empty installation, or say --replace: then all that is there now is given up for the backup."


def restore(source: Path, *, files: Path, replace: bool = False) -> Backup:
    """Put the backup in `source` back, the stored files into `files`. Checks all of it before it changes anything.

    `replace`: what is there goes, once the backup is in its place; a restore that is broken off leaves it as it was.
    Raises Invalid for what is no backup or is newer than this version, Broken for one that is not whole, Conflict
    where the database or the folder of files is not empty and nobody said `replace`, where a server works on it, or
    where other tables than Curbledger's are in the database.
    """
    inside = check_folder(source)
    made = _read(source)
    if not replace and holds_files(files):
        raise Conflict(f"{files} is not empty. {_SAY_SO}")
    incoming = Incoming(source, inside, files)
    with connected() as connection, connection.transaction():
        _make_room(connection, made, replace=replace)
        connection.execute(_script(source, BEFORE))
        _copy_rows(connection, source, made)
        connection.execute(_script(source, AFTER))
        # Last, and before the commit: rows without their files would be a restore that is half done.
        incoming.bring()
    incoming.settle()
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


def _make_room(connection: Connection[Any], made: Backup, *, replace: bool) -> None:
    """Take away the tables of an installation that holds nothing, or is to be replaced. Raises Conflict otherwise."""
    found = tables(connection)
    ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} | made.rows.keys()
    if strange := sorted({table.name for table in found} - ours - MACHINE_MADE):
        raise Conflict(
            f"The database has a table that is not Curbledger's: {strange[0]}. Give Curbledger a database of its own."
        )
    # Tables that somebody uses are waited for, but not for ever.
    connection.execute("SET LOCAL lock_timeout = '60s'")
    if "deliverer" in {table.name for table in found}:
        _refuse_running(connection)
    for table in () if replace else found:
        # A client's tables need no look: without a client they have no rows.
        if table.name in MACHINE_MADE or table.owned:
            continue
        if connection.execute(SQL("SELECT 1 FROM {} LIMIT 1").format(Identifier(table.name))).fetchone():
            raise Conflict(f"The database is not empty: there are rows in {table.name}. {_SAY_SO}")
    if found:
        listed = SQL(", ").join(Identifier(table.name) for table in found)
        connection.execute(SQL("DROP TABLE {} CASCADE").format(listed))
        for function in names(connection, "functions"):
            connection.execute(f"DROP FUNCTION {function} CASCADE".encode())
        for kind in names(connection, "types"):
            connection.execute(f"DROP TYPE {kind} CASCADE".encode())


def _refuse_running(connection: Connection[Any]) -> None:
    stale = settings.CURBLEDGER.deliverer_stale
    found = connection.execute(
        "SELECT host, pid FROM deliverer WHERE seen_at > clock_timestamp() - %s * interval '1 second'", [stale]
    ).fetchone()
    if found is not None:
        raise Conflict(
            f"A server works on this database: process {found[1]} on {found[0]}. Stop it first; one that was killed "
            f"counts as running for {stale:g} seconds."
        )


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
