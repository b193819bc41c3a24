"""Start-up checks: each with an id, what was found, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from curbledger import __version__
from curbledger.clients.client import Client
from curbledger.database.audit import missing_triggers
from curbledger.database.role import check_role
from curbledger.database.scope import client_scope
from curbledger.environment import misspelt
from curbledger.errors import CurbledgerError, Misconfigured
from curbledger.kit import clock
from curbledger.placements.alarm_words import what_is_wrong, what_to_do
from curbledger.placements.alarms import alarms

if TYPE_CHECKING:
    from collections.abc import Iterator

# Connections to leave for people and their commands.
_FOR_COMMANDS = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `hint` says what to do where it is not good, or worth a look (`note`)."""

    id: str
    good: bool
    what: str
    hint: str = ""
    note: bool = False


def examine() -> Iterator[Finding]:
    """Look at everything, in the order in which one thing needs another. Stops at what makes the rest pointless."""
    yield _settings()
    yield _home()
    yield _secret()
    database = _database()
    yield database
    if not database.good:
        return
    role = _role()
    yield role
    tables = _tables()
    yield tables
    if not settings.CURBLEDGER.database_url:
        yield _connections()
    if role.good and tables.good:
        yield from _clients()


def require() -> None:
    """Raise Misconfigured, with what to do, where the server could not do its work."""
    for check in (_home, _secret, _database, _role, _tables):
        finding = check()
        if not finding.good:
            raise Misconfigured(f"[{finding.id}] {finding.what} {finding.hint}".rstrip())


def _settings() -> Finding:
    unknown = misspelt()
    if not unknown:
        return Finding("settings", good=True, what="The settings are understood.")
    meant = (f"{name}, which may mean {near}" if near else name for name, near in unknown.items())
    return Finding(
        "settings",
        good=False,
        what=f"The environment holds what is no setting: {'; '.join(meant)}.",
        hint="Mend or remove it. docs/settings.md lists all there are.",
    )


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
            good=False,
            what=f"{home} cannot be written to: {error.strerror}.",
            hint="Set CURBLEDGER_HOME to a folder that can.",
        )
    return Finding("home", good=True, what=f"{home} can be written to.")


def _secret() -> Finding:
    try:
        settings.CURBLEDGER.make_secret_key()
    except Misconfigured as error:
        return Finding("secret", good=False, what=error.message)
    return Finding("secret", good=True, what="There is a secret key.")


def _database() -> Finding:
    kind = "DATABASE_URL" if settings.CURBLEDGER.database_url else "The embedded database"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version')")
            (version,) = cursor.fetchone()
    except (Error, CurbledgerError) as error:
        first = str(error).strip().split("\n")[0].rstrip(".")
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
        # The SQL that makes a proper role stands below the message.
        what, _, hint = error.message.partition("\n")
        return Finding("role", good=False, what=what, hint=hint)
    return Finding("role", good=True, what="The role is bound by row-level security.")


def _tables() -> Finding:
    try:
        loader = MigrationExecutor(connection).loader
    except Error as error:
        first = str(error).strip().split("\n")[0]
        return Finding(
            "tables",
            good=False,
            what=f"The tables cannot be read: {first}.",
            hint="The role in DATABASE_URL must own the database and what is in it.",
        )
    ours = {app.label for app in apps.get_app_configs()}
    newer = [one for one in set(loader.applied_migrations) - set(loader.disk_migrations) if one[0] in ours]
    waiting = [one for one in loader.disk_migrations if one not in loader.applied_migrations]
    if newer:
        return Finding(
            "tables",
            good=False,
            what=f"The tables are those of a newer version: {len(newer)} migrations are unknown to {__version__}.",
            hint="Run the newer version of Curbledger.",
        )
    if waiting:
        none = len(waiting) == len(loader.disk_migrations)
        what = "There are no tables yet." if none else f"The tables are those of an older version: {len(waiting)} wait."
        return Finding("tables", good=False, what=what, hint="Run `curbledger migrate`.")
    if unwatched := missing_triggers():
        return Finding(
            "tables",
            good=False,
            what=f"Changes are not written down for the audit in {len(unwatched)} tables, among them {unwatched[0]}.",
            hint="Run `curbledger migrate`: it makes the triggers what they should be.",
        )
    return Finding("tables", good=True, what="The tables are those of this version.")


def _connections() -> Finding:
    """Of a server process each thread keeps one, each that prints ahead another, and its sign of life one more."""
    wanted = settings.CURBLEDGER.workers * (2 * settings.CURBLEDGER.threads + 1) + _FOR_COMMANDS
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
        )
        (there,) = cursor.fetchone()
    if wanted > there:
        return Finding(
            "connections",
            good=False,
            what=f"The server may want {wanted} connections, and the embedded database takes {there}.",
            hint="Lower CURBLEDGER_WORKERS or CURBLEDGER_THREADS, or raise max_connections in its postgresql.conf.",
        )
    return Finding("connections", good=True, what=f"The database takes {there} connections; {wanted} may be wanted.")


def _clients() -> Iterator[Finding]:
    for client in Client.objects.order_by("code"):
        with client_scope(client.pk):
            found = list(alarms(client, at=clock.now()))
        for alarm in found:
            what = f"{client.code}: {what_is_wrong(alarm)}"
            # An office that had no payment for days is worth a look, and no fault of the installation.
            note = alarm.for_the_office
            yield Finding("alarm", good=note, note=note, what=what, hint=what_to_do(alarm))
        if not found:
            state = "on" if client.collecting else "off"
            yield Finding("client", good=True, what=f"{client.code}: collections are {state}, nothing is stuck.")
