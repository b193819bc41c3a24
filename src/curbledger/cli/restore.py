"""The command `curbledger restore`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.core.management import call_command

from curbledger.backup.restore import restore as put_back


def restore(
    folder: Annotated[Path, typer.Argument(help="What `curbledger backup` wrote.", metavar="DIR", show_default=False)],
    replace: Annotated[bool, typer.Option("--replace", help="Replace everything that is there now.")] = False,
) -> None:
    """Put a backup back into an empty installation. Changes nothing where the backup is not whole."""
    made = put_back(folder, files=settings.CURBLEDGER.home / "files", replace=replace)
    # A backup of an older version is brought up to this one.
    call_command("migrate", verbosity=0, interactive=False)
    typer.echo(f"Restored {made.total_rows} rows and {made.files} files of {_when(made.made_at)}.")
    typer.echo(
        "What was handed over or paid after that is not in it. If anything was, switch collections off "
        "(`curbledger client collect CODE off`) until the agency has told which batches it has.",
        err=True,
    )


def _when(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M} UTC"
