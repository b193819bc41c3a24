"""The command `curbledger demo`."""

from __future__ import annotations

from typing import Annotated

import typer
from django.conf import settings

from curbledger.cli.inputs import Code
from curbledger.clients.client import Client, find_client
from curbledger.database.scope import client_scope
from curbledger.errors import NotFound
from curbledger.kit import clock, money
from curbledger.placements.switch import switch_collections
from curbledger.registry.opening import open_client

# Of a town's tickets, one in five to ten becomes overdue.
_ONE_IN = 5


def demo(
    code: Annotated[str, Code],
    violations: Annotated[int, typer.Option(min=0, metavar="N", help="How many tickets to add.")] = 2000,
    overdue: Annotated[
        int | None,
        typer.Option(min=0, metavar="M", help="How many of them are overdue and eligible now. Default: one in five."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="The same seed makes the same town.")] = 1,
) -> None:
    """Fill a client with a believable town. The client is made, and switched on, if it is missing."""
    from rich.console import Console
    from rich.progress import Progress

    from curbledger.demo.fill import fill

    if overdue is None:
        overdue = violations // _ONE_IN
    # Before the client is made: a wrong word must leave nothing behind.
    if overdue > violations:
        raise typer.BadParameter(f"Of {violations} tickets, {overdue} cannot be overdue.", param_hint="--overdue")
    at = clock.now()
    client = _client(code)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Issuing tickets", total=violations)
        result = fill(
            client,
            violations=violations,
            overdue=overdue,
            seed=seed,
            at=at,
            files=settings.CURBLEDGER.home / "files",
            progress=lambda count: progress.advance(task, count),
        )
    typer.echo(
        f"Added {result.violations} violations to {client.code}; {result.overdue} of them are overdue now "
        f"and owe {money.show(result.total_owing, client.currency)}."
    )
    if not client.collecting:
        typer.echo(f"Collections are off: `curbledger client collect {client.code} on`.")


def _client(code: str) -> Client:
    try:
        return find_client(code)
    except NotFound:
        client = open_client(
            code=code, name=f"{code} (demo)", timezone="America/Toronto", currency="CAD", at=clock.now()
        )
        with client_scope(client.pk):
            switch_collections(client, on=True)
        return client
