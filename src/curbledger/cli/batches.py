"""The command `curbledger batches`."""

from __future__ import annotations

from typing import Annotated

import typer

from curbledger.cli import words
from curbledger.cli.inputs import Code
from curbledger.clients.client import find_client
from curbledger.database.scope import client_scope
from curbledger.placements.manifest import batches as list_batches


def batches(
    code: Annotated[str, Code],
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 50,
) -> None:
    """List what was handed over: when, to whom, how much, and how it ended."""
    client = find_client(code)
    with client_scope(client.pk):
        found = list_batches(limit=limit)
    if not found:
        typer.echo(f"{client.code} has handed nothing over yet.")
    for one in found:
        asked = one.asked_at.astimezone(client.zone)
        typer.echo(
            f"{one.uuid}  {asked:%Y-%m-%d %H:%M}  {one.state:<11}  revision {one.revision}  "
            f"{words.heap(one.count, one.total, client)}  to {one.agency}"
        )
