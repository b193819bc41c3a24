"""Reading what was typed. What cannot be is refused before anything is looked up, with exit code 2."""

from __future__ import annotations

import getpass
from datetime import date
from typing import TYPE_CHECKING

import typer

from curbledger.clients.policy import HOLD_KINDS
from curbledger.kit import money

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

Code = typer.Argument(help="The client's code, such as OC_TOMA.", metavar="CODE", show_default=False)
Ticket = typer.Option("--ticket", help="The ticket's number.", metavar="NUMBER")


def amount_of(what: str) -> Callable[[str], Decimal]:
    """Reads an amount of more than nothing, such as 52 or 52.00. Raises typer.BadParameter."""

    def read(text: str) -> Decimal:
        try:
            amount = money.parse(text)
        except ValueError as error:
            raise typer.BadParameter(f"{error}.") from None
        if amount <= 0:
            raise typer.BadParameter(f"{what} is more than nothing, and {text} is not.")
        return amount

    return read


read_amount = amount_of("A payment")


def read_day(text: str) -> date:
    """A day such as 2026-05-31. Raises typer.BadParameter."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day such as 2026-05-31.") from None


def read_kind(text: str) -> str:
    """A kind of hold, with a dash or a space for the underscore and in any case. Raises typer.BadParameter."""
    kind = text.strip().lower().replace("-", "_").replace(" ", "_")
    if kind not in HOLD_KINDS:
        raise typer.BadParameter(f"There is no kind of hold {text!r}. There are: {', '.join(HOLD_KINDS)}.")
    return kind


def words(limit: int) -> Callable[[str], str]:
    """Reads a text that is not empty, and fits where it is kept. Raises typer.BadParameter."""

    def read(text: str) -> str:
        kept = text.strip()
        if not kept or len(kept) > limit:
            raise typer.BadParameter(f"It must have 1 to {limit} characters.")
        return kept

    return read


# Why something is done, as long as the pages let it be.
read_reason = words(400)


def who() -> str:
    """Who stands at the terminal, for the records."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):
        return "command line"
