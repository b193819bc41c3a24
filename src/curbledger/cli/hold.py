"""The commands `curbledger hold add` and `curbledger hold release`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from curbledger.cli.inputs import Code, Ticket, read_day, read_kind, who
from curbledger.clients.client import find_client
from curbledger.clients.policy import HOLD_KINDS
from curbledger.database.scope import client_scope
from curbledger.errors import NotFound
from curbledger.kit import clock
from curbledger.violations.hold import hold_violation, release_hold
from curbledger.violations.lock import lock_violation
from curbledger.violations.standing import Hold

app = typer.Typer(help="Holds: what keeps a ticket from collections.", no_args_is_help=True)

_KINDS = ", ".join(HOLD_KINDS)


@app.command()
def add(
    code: Annotated[str, Code],
    ticket: Annotated[str, Ticket],
    kind: Annotated[str, typer.Option(parser=read_kind, metavar="KIND", help=f"One of {_KINDS}.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the records.")],
    until: Annotated[
        date | None,
        typer.Option(
            parser=read_day,
            metavar="DATE",
            help="The last day it holds, such as 2026-05-31. Default: until it is released.",
        ),
    ] = None,
) -> None:
    """Hold a ticket back."""
    client = find_client(code)
    at = clock.now()
    with client_scope(client.pk):
        hold = hold_violation(client, ticket, kind=kind, reason=reason, at=at, by=who(), until=until)
    end = f"through {hold.until}" if hold.until else "until it is released"
    typer.echo(f"Ticket {ticket} is held back {end} ({_in_words(hold.kind)}).")


@app.command()
def release(
    code: Annotated[str, Code],
    ticket: Annotated[str, Ticket],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the records.")],
    kind: Annotated[
        str | None,
        typer.Option(parser=read_kind, metavar="KIND", help=f"Only holds of this kind: {_KINDS}. Default: all."),
    ] = None,
) -> None:
    """Release the holds on a ticket. Those on its person stay."""
    client = find_client(code)
    at = clock.now()
    with client_scope(client.pk):
        violation = lock_violation(client, ticket)
        wanted = Hold.objects.filter(violation_id=violation.pk, released_at__isnull=True)
        holds = list((wanted if kind is None else wanted.filter(kind=kind)).order_by("id"))
        if not holds:
            of_kind = "" if kind is None else f" ({_in_words(kind)})"
            raise NotFound(f"Nothing to release: ticket {ticket} itself is not held back{of_kind}.")
        for hold in holds:
            release_hold(hold.pk, reason=reason, at=at, by=who())
    typer.echo(f"Released on ticket {ticket}: {', '.join(_in_words(hold.kind) for hold in holds)}.")


def _in_words(kind: str) -> str:
    return kind.replace("_", " ")
