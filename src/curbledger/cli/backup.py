"""The command `curbledger backup`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings

from curbledger.backup.make import back_up
from curbledger.kit import clock


def backup(
    folder: Annotated[
        Path, typer.Argument(help="A folder that does not exist yet, or is empty.", metavar="DIR", show_default=False)
    ],
) -> None:
    """Back up the database and the stored files. The server may go on working."""
    made = back_up(folder, files=settings.CURBLEDGER.home / "files", at=clock.now())
    typer.echo(f"Backed up {made.total_rows} rows and {made.files} files to {folder}.")
