"""The command `curbledger doctor`."""

from __future__ import annotations

import typer

from curbledger.checks import examine


def doctor() -> None:
    """Look at the installation: settings, files, database, role, tables, and what needs a person's attention."""
    all_good = True
    # Each is shown as soon as it is known: a database that does not answer may take its time.
    for finding in examine():
        all_good = all_good and finding.good
        mark = "note" if finding.note else "ok  " if finding.good else "BAD "
        typer.echo(f"{mark} {finding.what}")
        for line in finding.hint.splitlines():
            typer.echo(f"     {line}")
    if not all_good:
        raise typer.Exit(1)
