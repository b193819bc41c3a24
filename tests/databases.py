"""Databases for tests: on the embedded PostgreSQL, owned by the bound role, copied from a migrated template."""

from __future__ import annotations

import fcntl
import itertools
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from curbledger.database import embedded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

TEMPLATE = "template_curbledger"
_numbers = itertools.count(1)


def server() -> embedded.EmbeddedDatabase:
    """The embedded server that all tests share, held by this process until it ends."""
    found = embedded.of(settings.CURBLEDGER.home)
    found.hold()
    found.ensure_running()
    return found


def superuser(database: str = "postgres") -> psycopg.Connection[Any]:
    """A connection that row-level security does not bind, for what only tests do: make and drop databases."""
    parameters: dict[str, Any] = dict(server().connection_parameters(database=database, superuser=True))
    return psycopg.connect(**parameters, autocommit=True)


def url_of(database: str) -> str:
    """A DATABASE_URL for the bound role."""
    parameters = server().connection_parameters(database=database)
    return " ".join(f"{name}={value}" for name, value in parameters.items())


def new_database(name: str | None = None) -> str:
    """A migrated, empty database. Returns its name, which is drawn when none is given."""
    name = name or f"test_{os.getpid()}_{next(_numbers)}"
    _make_template()
    with superuser() as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER curbledger TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(TEMPLATE)
            )
        )
    return name


def drop_database(name: str) -> None:
    """Take a database away, with whoever is still connected."""
    with superuser() as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _make_template() -> None:
    """Migrate once for all test processes; the others wait."""
    server()
    done = Path(settings.CURBLEDGER.home) / "template.done"
    if done.exists():
        return
    with (Path(settings.CURBLEDGER.home) / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists():
            return
        with superuser() as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(TEMPLATE)))
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER curbledger").format(sql.Identifier(TEMPLATE)))
        # In a process of its own: this one may be in a test that keeps Django from the database.
        subprocess.run(
            [sys.executable, "-m", "curbledger", "migrate"],
            env={**os.environ, "DATABASE_URL": url_of(TEMPLATE), "DJANGO_SETTINGS_MODULE": "curbledger.settings"},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        done.touch()


def use_database(name: str) -> AbstractContextManager[None]:
    """Let Django work on another database for a while."""
    return _Use(name)


class _Use:
    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        connection.close()
        self._before = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = self._name

    def __exit__(self, *_: object) -> None:
        connection.close()
        connection.settings_dict["NAME"] = self._before


def each_table(cursor: Any) -> Iterator[str]:
    """The names of all tables of the product."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    for (name,) in cursor.fetchall():
        yield name
