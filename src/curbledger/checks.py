"""Start-up checks: each with an id, what was found, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from curbledger.clients.client import Client
from curbledger.database.role import check_role
from curbledger.database.scope import client_scope
from curbledger.errors import CurbledgerError, Misconfigured
from curbledger.placements.alarms import alarms

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `hint` says what to do where it is not good."""

    id: str
    good: bool
    what: str
    hint: str = ""


def examine() -> Iterator[Finding]:
    """Look at everything, in the order in which one thing needs another. Stops at what makes the rest pointless."""
    yield _home()
    database = _database()
    yield database
    if not database.good:
        return
    role = _role()
    yield role
    tables = _tables()
    yield tables
    if role.good and tables.good:
        yield from _clients()


def require() -> None:
    """Raise Misconfigured, with what to do, where the server could not do its work."""
    for check in (_home, _database, _role, _tables):
        finding = check()
        if not finding.good:
            raise Misconfigured(f"[{finding.id}] {finding.what} {finding.hint}")


def _home() -> Finding:
    home = settings.CURBLEDGER.home
    try:
        (home / "files").mkdir(parents=True, exist_ok=True)
        probe = home / "files" / ".doctor"
        probe.touch()
        probe.unlink()
    except OSError as error:
        return Finding(
            "home",
            False,
            f"{home} cannot be written to: {error.strerror}.",
            "Set CURBLEDGER_HOME to a folder that can.",
        )
    return Finding("home", good=True, what=f"{home} can be written to.")


def _database() -> Finding:
    kind = "DATABASE_URL" if settings.CURBLEDGER.database_url else "The embedded database"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version')")
            (version,) = cursor.fetchone()
    except (Error, CurbledgerError) as error:
        first = str(error).strip().split("\n")[0]
        hint = (
            "Check DATABASE_URL, and that this machine may reach it."
            if settings.CURBLEDGER.database_url
            else (f"Its log is {settings.CURBLEDGER.home / 'database.log'}.")
        )
        return Finding("database", good=False, what=f"{kind} does not answer: {first}.", hint=hint)
    return Finding("database", good=True, what=f"{kind} answers: PostgreSQL {version}.")


def _role() -> Finding:
    try:
        check_role(connection.connection)
    except Misconfigured as error:
        return Finding("role", good=False, what=error.message)
    return Finding("role", good=True, what="The role is bound by row-level security.")


def _tables() -> Finding:
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        return Finding("tables", good=False, what=f"{waiting} migrations wait.", hint="Run `curbledger migrate`.")
    return Finding("tables", good=True, what="The tables are those of this version.")


def _clients() -> Iterator[Finding]:
    for client in Client.objects.order_by("code"):
        with client_scope(client.pk):
            found = list(alarms())
        for alarm in found:
            yield Finding("alarm", good=False, what=f"{client.code}: {alarm.what}", hint=alarm.hint)
        if not found:
            state = "on" if client.collecting else "off"
            yield Finding("client", good=True, what=f"{client.code}: collections are {state}, nothing is stuck.")
