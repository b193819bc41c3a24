"""The command `curbledger migrate`."""

from __future__ import annotations

import typer
from django.core.management import call_command
from django.db import connection

from curbledger.database.role import check_role


def migrate() -> None:
    """Make the tables, or bring them up to this version."""
    connection.ensure_connection()
    check_role(connection.connection)
    call_command("migrate", verbosity=0, interactive=False)
    typer.echo("The database is up to date.")
