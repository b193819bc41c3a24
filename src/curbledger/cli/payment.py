"""The command `curbledger payment add`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from curbledger.cli.inputs import Code, Ticket, read_amount, who, words
from curbledger.clients.client import find_client
from curbledger.database.scope import client_scope
from curbledger.kit import clock, money
from curbledger.violations.payment import record_payment

app = typer.Typer(help="Payments.", no_args_is_help=True)


@app.command()
def add(
    code: Annotated[str, Code],
    ticket: Annotated[str, Ticket],
    amount: Annotated[Decimal, typer.Option(parser=read_amount, metavar="AMOUNT", help="Such as 52 or 52.00.")],
    reference: Annotated[
        str | None,
        typer.Option(
            parser=words(100), metavar="TEXT", help="The payment's own number: the same one is recorded once."
        ),
    ] = None,
) -> None:
    """Record a payment on a ticket."""
    client = find_client(code)
    with client_scope(client.pk):
        done = record_payment(client, ticket, amount=amount, at=clock.now(), by=who(), reference=reference)
    did = "Was already there:" if done.already_there else "Recorded"
    earned = f" The early-payment discount of {money.show(done.discount)} was earned." if done.discount else ""
    if done.reversed_at is not None:
        did = f"Was already there, and was reversed on {done.reversed_at:%Y-%m-%d}:"
    typer.echo(
        f"{did} {money.show(amount, client.currency)} on ticket {ticket}.{earned} "
        f"Balance: {money.show(done.balance, client.currency)}."
    )
