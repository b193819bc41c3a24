"""An installation of the product for one benchmark: a home of its own, a database, commands, servers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.db import connection, connections

from benchmarks.server import Server
from curbledger.database import embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE = "BENCH"


class Unusable(Exception):
    """The benchmark cannot run here; says why."""


class Installation:
    """Commands and servers on one database. Django is set up for it in this process too."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._servers: list[Server] = []

    def run(self, *arguments: str) -> str:
        """Run a command of the product; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "curbledger", *arguments], stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout.strip()

    def serve(self, *, workers: int = 2, **environment: str) -> Server:
        """Start a server, and wait until it listens."""
        server = Server(self.home, workers=workers, environment=environment)
        self._servers.append(server)
        return server

    def token(self, permission: str = "violations-collect") -> str:
        """A token of the client."""
        return self.run("token", "add", CODE, "--name", "benchmark", "--permission", permission)

    def tidy(self, *tables: str) -> None:
        """Have PostgreSQL clear away what was deleted, and look at what there is."""
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE) {', '.join(tables)}")

    def close(self) -> None:
        """Stop the servers."""
        for server in self._servers:
            server.stop()


@contextmanager
def installation() -> Iterator[Installation]:
    """A fresh one, gone again afterwards. Once in a process: Django can be set up once.

    The embedded database in a temporary folder; or the one of DATABASE_URL, which must be empty and is emptied.
    """
    home = Path(tempfile.mkdtemp(prefix="curbledger-benchmark-"))
    for name in [name for name in os.environ if name.startswith("CURBLEDGER_")]:
        del os.environ[name]
    os.environ["CURBLEDGER_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "curbledger.settings"
    made = Installation(home)
    try:
        with _database(home):
            made.run("migrate")
            try:
                yield made
            finally:
                made.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _database(home: Path) -> Iterator[None]:
    django.setup()
    if "DATABASE_URL" in os.environ:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            if cursor.fetchone() != (0,):
                raise Unusable("DATABASE_URL names a database with tables in it. Give the benchmark an empty one.")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE")
                cursor.execute("CREATE SCHEMA public")
            connections.close_all()
        return
    own = embedded.of(home)
    own.hold()
    own.ensure_running()
    try:
        yield
    finally:
        connections.close_all()
        own.release()


def address() -> dict[str, Any]:
    """Where the database is, in libpq's words."""
    settings = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    return {name: settings[name] for name in names if settings.get(name)}
