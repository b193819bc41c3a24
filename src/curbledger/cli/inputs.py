"""Reading what was typed."""

from __future__ import annotations

import getpass
from datetime import date
from typing import TYPE_CHECKING

import typer

from curbledger.kit import money

if TYPE_CHECKING:
    from decimal import Decimal

Code = typer.Argument(help="The client's code, such as OC_TOMA.", metavar="CODE", show_default=False)


def read_amount(text: str) -> Decimal:
    """An amount such as 52 or 52.00. Raises typer.BadParameter."""
    try:
        return money.parse(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None


def read_day(text: str) -> date:
    """A day such as 2026-05-31. Raises typer.BadParameter."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day such as 2026-05-31.") from None


def who() -> str:
    """Who stands at the terminal, for the records."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):
        return "command line"
