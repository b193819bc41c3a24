"""A table as a file that a spreadsheet opens, CSV or XLSX, with a row in memory at a time."""

from __future__ import annotations

import codecs
import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from curbledger.kit.cells import harmless

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from typing import BinaryIO

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format as Style
    from xlsxwriter.worksheet import Worksheet

Cell: TypeAlias = str | int | Decimal | bool | None

# Excel takes a CSV file that does not begin with it for Windows-1252.
EXCELS_MARK = codecs.BOM_UTF8

# What one sheet and one cell hold.
_SHEET_ROWS = 1_048_576
_CELL_CHARACTERS = 32_767


def write_csv(names: Sequence[str], rows: Iterable[Sequence[Cell]], out: BinaryIO) -> None:
    """Write a table with a line of names. The file stays open: it belongs to the caller."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    text.detach()


def write_xlsx(
    names: Sequence[str], rows: Iterable[Sequence[Cell]], out: BinaryIO, *, money: Collection[str] = ()
) -> None:
    """Write a table with a line of names; the columns in `money` are amounts. A full sheet is followed by another."""
    from xlsxwriter import Workbook  # noqa: PLC0415  # it takes a fifth of a command's start, and one command needs it

    # In constant memory each row is written to a file of its own when the next begins; texts stay texts.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(out, options) as book:
        amount = book.add_format({"num_format": "0.00"})
        bold = book.add_format({"bold": True})
        sheet: Worksheet | None = None
        line = 0
        for row in rows:
            if sheet is None or line == _SHEET_ROWS:
                sheet, line = _new_sheet(book, bold, names), 1
            for column, (name, cell) in enumerate(zip(names, row, strict=True)):
                _write_cell(sheet, line, column, cell, amount if name in money else None)
            line += 1
        if sheet is None:
            _new_sheet(book, bold, names)


def _new_sheet(book: Workbook, bold: Style, names: Sequence[str]) -> Worksheet:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, bold)
    return sheet


def _write_cell(sheet: Worksheet, line: int, column: int, cell: Cell, form: Style | None) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        sheet.write_string(line, column, cell[:_CELL_CHARACTERS])
    else:
        sheet.write_number(line, column, cell, form)
