"""The command `curbledger preview`."""

from __future__ import annotations

from typing import Annotated

import typer

from curbledger.cli import words
from curbledger.cli.inputs import Code
from curbledger.clients.client import Client, find_client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements.preview import Heap, Preview
from curbledger.placements.preview import preview as look_ahead

_SECONDS_A_MINUTE = 60


def preview(code: Annotated[str, Code]) -> None:
    """Say what the next call would hand over, and what stays behind and why. Marks nothing."""
    client = find_client(code)
    with client_scope(client.pk):
        found = look_ahead(client, at=clock.now(), as_if_on=True)
    if not found.collecting:
        typer.echo(f"Collections are off for {client.code}: nothing goes before `curbledger client collect {code} on`.")
        typer.echo("With collections on:")
    typer.echo(f"The next call hands over {_words(found.goes, client)}. {_time(found)}")
    for batch in found.reopens:
        typer.echo(f"  Batch {batch} did not arrive, and goes out again with it.")
    for name, heap in found.agencies.items():
        typer.echo(f"  to {name or 'whichever agency calls first'}: {_words(heap, client)}")
    typer.echo("By days past due:")
    for label, heap in found.ages.items():
        typer.echo(f"  {label + ' days':<14} {_words(heap, client)}")
    typer.echo(f"Of what owes, this stays behind: {_words(found.stays, client)}.")
    for reason, heap in sorted(found.reasons.items(), key=lambda item: (-item[1].count, item[0])):
        typer.echo(f"  {reason:<18} {_words(heap, client)}, such as {', '.join(heap.examples)}")


def _words(heap: Heap, client: Client) -> str:
    return words.heap(heap.count, heap.total, client)


def _time(found: Preview) -> str:
    if found.seconds < 1:
        return "That takes about a second."
    if found.seconds < 2 * _SECONDS_A_MINUTE:
        return f"That takes about {found.seconds:.0f} seconds."
    return f"That takes about {found.seconds / _SECONDS_A_MINUTE:.0f} minutes."
