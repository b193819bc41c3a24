"""The command `curbledger explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from curbledger.cli.inputs import Code
from curbledger.clients.client import find_client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.violations.explain import explain as explain_violation


def explain(
    code: Annotated[str, Code],
    ticket: Annotated[str, typer.Argument(help="The ticket's number.", show_default=False)],
) -> None:
    """Say whether a ticket would be handed over now, or every reason why not."""
    client = find_client(code)
    with client_scope(client.pk):
        found = explain_violation(client, ticket, at=clock.now())
    when = "it goes once it was proposed and approved" if found.approved_first else "the next call hands it over"
    verdict = f"eligible: {when}" if found.eligible else "not eligible"
    typer.echo(f"Ticket {found.ticket} is {verdict}.")
    typer.echo(f"Balance: {found.sum}")
    for _, words in found.reasons:
        typer.echo(f"- {words}")
