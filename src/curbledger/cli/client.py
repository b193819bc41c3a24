"""The command `curbledger client`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from curbledger.cli import words
from curbledger.cli.inputs import Code
from curbledger.clients.client import find_client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements.office import change_client
from curbledger.placements.switch import foresee, switch_collections
from curbledger.registry.opening import open_client
from curbledger.violations.numbering import set_issuing

app = typer.Typer(help="Clients: operators of parking.", no_args_is_help=True)


class Switch(StrEnum):
    """How the switch can stand."""

    ON = "on"
    OFF = "off"


@app.command()
def add(
    code: Annotated[str, Code],
    name: Annotated[str, typer.Option(metavar="TEXT", help="The client's name in full.")],
    timezone: Annotated[
        str, typer.Option(metavar="ZONE", help="Where its days begin and end, such as America/Toronto.")
    ] = "America/Toronto",
    currency: Annotated[
        str, typer.Option(metavar="CODE", help="What its amounts are in: three letters, such as CAD or USD.")
    ] = "CAD",
) -> None:
    """Make a client. It hands nothing over until collections are switched on for it."""
    client = open_client(code=code, name=name, timezone=timezone, currency=currency, at=clock.now())
    typer.echo(f"Made {client.code} ({client.name}). Collections are off: `curbledger client collect {code} on`.")


@app.command()
def change(
    code: Annotated[str, Code],
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="What it is called from now on.")] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Where its days begin and end. Only before its first ticket.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option(metavar="CODE", help="What its amounts are in. Only before there are any.")
    ] = None,
) -> None:
    """Change what a client is called, and, while nothing rests on it, its time zone and currency."""
    client = find_client(code)
    with client_scope(client.pk):
        changed = change_client(client, name=name, timezone=timezone, currency=currency)
    typer.echo(f"{changed.code} is {changed.name}, in {changed.timezone}, with amounts in {changed.currency}.")


@app.command()
def issuing(
    code: Annotated[str, Code],
    pattern: Annotated[
        str | None, typer.Option(metavar="PATTERN", help="The numbers of tickets, such as {year}-{number:6}.")
    ] = None,
    due_days: Annotated[
        int | None, typer.Option(min=0, max=3650, metavar="DAYS", help="Days until a ticket is due.")
    ] = None,
) -> None:
    """Say how staff issue tickets: by which numbers, and when they are due. Without options shows it."""
    client = find_client(code)
    with client_scope(client.pk):
        rule = set_issuing(client, pattern=pattern, due_days=due_days)
    typer.echo(f"Tickets are numbered {rule.pattern}, and due after {rule.due_days} days.")


@app.command()
def collect(
    code: Annotated[str, Code],
    to: Annotated[Switch, typer.Argument(help="on or off", show_default=False)],
) -> None:
    """Switch collections on or off. Says first what the next call of the agency would hand over."""
    client = find_client(code)
    with client_scope(client.pk):
        if to is Switch.ON:
            foreseen = foresee(client, at=clock.now())
            typer.echo(f"The next call hands over {words.heap(foreseen.count, foreseen.total, client)} in all.")
        switch_collections(client, on=to is Switch.ON)
    typer.echo(f"Collections are {to.value} for {client.code}.")
