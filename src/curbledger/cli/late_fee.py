"""The commands `curbledger late-fee add`, `list`, `end` and `run`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from curbledger.cli.inputs import Code, amount_of, read_day, who
from curbledger.clients.client import Client, find_client
from curbledger.database.scope import client_scope
from curbledger.errors import NotFound
from curbledger.kit import clock, money
from curbledger.violations.late_fee_rule import LateFeeRule, add_late_fee_rule, end_late_fee_rule
from curbledger.violations.late_fees import accrue_late_fees
from curbledger.violations.lists import Offence

app = typer.Typer(help="Late fees: what an offence costs more when it is not paid in time.", no_args_is_help=True)


def _read_percent(text: str) -> Decimal:
    try:
        percent = Decimal(text.rstrip("% "))
    except InvalidOperation:
        percent = Decimal("NaN")
    if not percent.is_finite():
        raise typer.BadParameter(f"{text!r} is not a percentage such as 12.5.")
    return percent


@app.command()
def add(
    code: Annotated[str, Code],
    *,
    offence: Annotated[int, typer.Option(metavar="NUMBER", help="The offence's number in the client's list.")],
    days: Annotated[int, typer.Option(metavar="DAYS", help="Whole days after the due day.")],
    amount: Annotated[
        Decimal | None, typer.Option(parser=amount_of("A late fee"), metavar="AMOUNT", help="What it costs more.")
    ] = None,
    percent: Annotated[
        Decimal | None, typer.Option(parser=_read_percent, metavar="PERCENT", help="Or so much of the fine.")
    ] = None,
    every: Annotated[int | None, typer.Option(metavar="DAYS", help="Again after so many days. Default: once.")] = None,
    cap: Annotated[
        Decimal | None,
        typer.Option(parser=amount_of("A cap"), metavar="AMOUNT", help="What it comes to at most, on one ticket."),
    ] = None,
    issued_from: Annotated[
        date | None,
        typer.Option(
            "--from", parser=read_day, metavar="DATE", help="For tickets issued from this day on. Default: from now."
        ),
    ] = None,
) -> None:
    """Make a late fee of an offence."""
    client = find_client(code)
    with client_scope(client.pk):
        rule = add_late_fee_rule(
            _offence(client, offence),
            days_after_due=days,
            amount=amount,
            percent=percent,
            every_days=every,
            cap=cap,
            issued_from=None if issued_from is None else clock.day_start(issued_from, client.zone),
            at=clock.now(),
            by=who(),
        )
        typer.echo(f"Made late fee {rule.pk}: {_line(client, rule)}.")


@app.command("list")
def list_(code: Annotated[str, Code]) -> None:
    """List a client's late fees, those of older tickets too."""
    client = find_client(code)
    with client_scope(client.pk):
        rules = list(LateFeeRule.objects.select_related("offence").order_by("offence__name", "issued_from", "id"))
        for rule in rules:
            typer.echo(f"{rule.pk}  {_line(client, rule)}")
    if not rules:
        typer.echo(f"{client.code} has no late fees.", err=True)


@app.command()
def end(
    code: Annotated[str, Code],
    number: Annotated[int, typer.Argument(help="The late fee's number, as `list` shows it.", show_default=False)],
) -> None:
    """End a late fee for tickets issued from now on. Older ones keep it."""
    client = find_client(code)
    with client_scope(client.pk):
        rule = end_late_fee_rule(number, at=clock.now())
        typer.echo(f"Ended late fee {rule.pk}: {_line(client, rule)}.")


@app.command()
def run(code: Annotated[str, Code]) -> None:
    """Add every late fee that is due. The queue does so by itself; again changes nothing."""
    client = find_client(code)
    at = clock.now()
    fees, total, after = 0, money.ZERO, 0
    while True:
        with client_scope(client.pk):
            accrued = accrue_late_fees(client, at=at, by=who(), after=after)
        fees, total = fees + accrued.fees, total + accrued.total
        if accrued.last is None:
            break
        after = accrued.last
    them = "late fee" if fees == 1 else "late fees"
    typer.echo(f"Added {fees} {them}, {money.show(total, client.currency)} in all.")


def _offence(client: Client, number: int) -> Offence:
    offence = Offence.objects.filter(number=number).first()
    if offence is None:
        raise NotFound(f"{client.code} has no offence {number}.")
    return offence


def _line(client: Client, rule: LateFeeRule) -> str:
    first = clock.local_day(rule.issued_from, client.zone)
    end = rule.issued_before
    until = "" if end is None else f" and before {end.astimezone(client.zone):%Y-%m-%d %H:%M}"
    return f"{rule.offence.name}: {rule}; for tickets issued from {first}{until}"
