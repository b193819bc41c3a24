"""The tables' definitions, by PostgreSQL's own pg_dump."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curbledger.database.embedded import programs
from curbledger.errors import DatabaseUnavailable, Misconfigured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

# Tables and functions; rows go in between; then what must not be there while they do: policies, triggers, keys.
BEFORE, AFTER = "pre-data", "post-data"
_VERSION = re.compile(r"(\d+)")
# Lines for psql alone, and a setting that servers before 17 do not know and that changes nothing.
_NOT_FOR_THE_SERVER = ("\\restrict ", "\\unrestrict ", "SET transaction_timeout = 0;")


def dump(connection: Connection[Any], section: str, *, snapshot: str) -> str:
    """The statements that make one section of the schema. Raises Misconfigured, DatabaseUnavailable."""
    info = connection.info
    program = _pg_dump(info.server_version // 10_000)
    arguments = ["--schema-only", f"--section={section}", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    arguments += ["--no-publications", "--no-subscriptions", "--no-security-labels", "--no-tablespaces"]
    done = subprocess.run(
        [str(program), *arguments, f"--dbname={info.dsn}"],
        # The password is in no argument, which everybody on the machine could read.
        env={**os.environ, **({"PGPASSWORD": info.password} if info.password else {}), "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DatabaseUnavailable(f"pg_dump failed: {done.stderr.strip()}")
    return "".join(line for line in done.stdout.splitlines(keepends=True) if not line.startswith(_NOT_FOR_THE_SERVER))


def _pg_dump(server: int) -> Path:
    """A pg_dump that knows this server: it reads older ones than itself, and no newer one."""
    seen = []
    for path in _candidates():
        found = _VERSION.search(subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout)
        major = int(found[1]) if found else 0
        if major >= server:
            return path
        seen.append(major)
    known = f"that of {max(seen)} is installed" if seen else "there is none"
    raise Misconfigured(
        f"The server is PostgreSQL {server}, and a backup needs pg_dump of that version or newer; {known}. "
        f"Install the client programs of PostgreSQL {server}, so that pg_dump is on the PATH."
    )


def _candidates() -> Iterator[Path]:
    # Where the wheel has no programs for this system, one on the PATH will do.
    with suppress(Misconfigured):
        yield programs.folder() / "pg_dump"
    installed = shutil.which("pg_dump")
    if installed is not None:
        yield Path(installed)
