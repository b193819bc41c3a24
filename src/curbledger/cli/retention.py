"""The commands `curbledger client retention` and `curbledger retention run`."""

from __future__ import annotations

from typing import Annotated

import typer

from curbledger.cli.inputs import Code, who
from curbledger.clients.client import Client, find_client
from curbledger.database.scope import client_scope
from curbledger.errors import Invalid
from curbledger.kit import clock
from curbledger.placements.retention import change_retention, erase_old

app = typer.Typer(help="How long the bytes of handoffs are kept.", no_args_is_help=True)
FOREVER = "forever"


@app.callback()
def _group() -> None:
    """Retention."""


def set_retention(
    code: Annotated[str, Code],
    keep: Annotated[str, typer.Argument(help="Days after delivery, or forever.", metavar="DAYS|forever")],
) -> None:
    """Say how long the bytes of what was handed over are kept. Count, total, digest and evidence always stay."""
    client = find_client(code)
    days = _days(keep)
    with client_scope(client.pk):
        change_retention(client.pk, days=days, at=clock.now(), by=who())
    if days is None:
        typer.echo(f"{client.code} keeps the bytes of its handoffs for ever.")
    else:
        typer.echo(f"`curbledger retention run` erases the bytes of {client.code} {days} days after their delivery.")


@app.command()
def run() -> None:
    """Erase the bytes that clients no longer keep. For every client; meant to be run once a day."""
    at = clock.now()
    for client in Client.objects.order_by("code"):
        erased = erase_old(client.pk, at=at)
        if erased:
            typer.echo(f"{client.code}: erased the bytes of {erased} batches.")


def _days(keep: str) -> int | None:
    if keep.lower() == FOREVER:
        return None
    if not (keep.isascii() and keep.isdigit()):
        raise Invalid(f"{keep!r} is neither a number of days nor forever.", field="days")
    return int(keep)
