"""What a report is: a name, columns, and how its rows are read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from curbledger.kit import money
from curbledger.kit.sheet import EXCELS_MARK, write_csv, write_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import BinaryIO

    from django.utils.functional import _StrPromise as Lazy

    from curbledger.clients.client import Client
    from curbledger.kit.sheet import Cell
    from curbledger.reports.period import Period

    Row: TypeAlias = Sequence[Cell]


class Kind(StrEnum):
    """What a column holds. Days and months are texts, `2026-05-20` and `2026-05`."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"


class Form(StrEnum):
    """What a report is written as."""

    CSV = "csv"
    XLSX = "xlsx"


MIME = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    title: Lazy
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report. `read` runs in the client's scope, and puts words into the language that is active.

    One without a period says how things stand at the moment.
    """

    name: str
    title: Lazy
    about: Lazy
    columns: tuple[Column, ...]
    read: Callable[[Client, Period, datetime], list[Row]]
    by_period: bool = True

    @property
    def has_amounts(self) -> bool:
        """Whether a column is of money."""
        return any(column.kind is Kind.MONEY for column in self.columns)

    def titles(self) -> list[str]:
        """The columns' titles."""
        return [str(column.title) for column in self.columns]

    def sums(self, rows: Sequence[Row]) -> list[Cell]:
        """What each column of numbers comes to; None under the others."""
        return [
            _sum([row[place] for row in rows]) if column.kind is not Kind.TEXT else None
            for place, column in enumerate(self.columns)
        ]

    def write(self, rows: Sequence[Row], form: Form, out: BinaryIO, *, for_a_desk: bool = False) -> None:
        """Write rows as a file: amounts to the cent, also where the database counted nothing.

        `for_a_desk`: whoever gets it opens it in a spreadsheet, and no program reads it.
        """
        rows = [
            [
                cell.quantize(money.CENT) if column.kind is Kind.MONEY and isinstance(cell, Decimal) else cell
                for cell, column in zip(row, self.columns, strict=True)
            ]
            for row in rows
        ]
        if form is Form.CSV:
            if for_a_desk:
                out.write(EXCELS_MARK)
            write_csv(self.titles(), rows, out)
        else:
            amounts = [str(column.title) for column in self.columns if column.kind is Kind.MONEY]
            write_xlsx(self.titles(), rows, out, money=amounts)

    def file_name(self, client: Client, period: Period, at: datetime, form: Form) -> str:
        """Such as `payments-OC_TOMA-2026-05-01-2026-05-31.csv`."""
        when = f"{period.since}-{period.until}" if self.by_period else f"{at.astimezone(period.zone):%Y-%m-%d}"
        return f"{self.name}-{client.code}-{when}.{form}"


def _sum(cells: Sequence[Cell]) -> Cell:
    if any(isinstance(cell, Decimal) for cell in cells):
        return sum((cell for cell in cells if isinstance(cell, Decimal)), money.ZERO)
    return sum(cell for cell in cells if isinstance(cell, int))
