"""The command `curbledger doctor`."""

from __future__ import annotations

import typer

from curbledger.checks import examine


def doctor() -> None:
    """Look at the installation: settings, database, role, tables, files, and what needs a person's attention."""
    findings = list(examine())
    for finding in findings:
        mark = "ok  " if finding.good else "BAD "
        typer.echo(f"{mark} {finding.what}" + ("" if finding.good else f"\n     {finding.hint}"))
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)
