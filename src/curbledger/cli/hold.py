"""The command `curbledger hold add`."""

from __future__ import annotations

from typing import Annotated

import typer

from curbledger.cli.inputs import Code, read_day, who
from curbledger.clients.client import find_client
from curbledger.clients.policy import HOLD_KINDS
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.violations.hold import hold_violation

app = typer.Typer(help="Holds: what keeps a ticket from collections.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Holds."""


@app.command()
def add(
    code: Annotated[str, Code],
    ticket: Annotated[str, typer.Option(help="The ticket's number.")],
    kind: Annotated[str, typer.Option(help=f"One of {', '.join(HOLD_KINDS)}.")],
    reason: Annotated[str, typer.Option(help="Why, for the records.")],
    until: Annotated[
        str | None, typer.Option(help="The last day it holds, such as 2026-05-31. Default: until it is released.")
    ] = None,
) -> None:
    """Hold a ticket back."""
    client = find_client(code)
    last_day = None if until is None else read_day(until)
    with client_scope(client.pk):
        hold = hold_violation(client, ticket, kind=kind, reason=reason, at=clock.now(), by=who(), until=last_day)
    end = f"through {hold.until}" if hold.until else "until it is released"
    typer.echo(f"Ticket {ticket} is held back {end} ({hold.kind.replace('_', ' ')}).")
