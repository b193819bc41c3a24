"""A stored answer as a file: the very bytes, a record a line, or a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from curbledger.kit.cells import harmless
from curbledger.placements.deliver import HEAD
from curbledger.placements.flat import COLUMNS, MONEY, Cell, flatten
from curbledger.placements.manifest import records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format as Style
    from xlsxwriter.worksheet import Worksheet

    from curbledger.placements.batch import Revision

# What one sheet and one cell hold.
_SHEET_ROWS = 1_048_576
_CELL_CHARACTERS = 32_767


class Format(StrEnum):
    """How a batch is written."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"


def export(revision: Revision, form: Format, out: BinaryIO) -> None:
    """Write a revision's records, a chunk in memory at a time. Outside any scope. Raises Erased, NeverHere."""
    stored = records(revision)
    if form is Format.JSON:
        out.writelines(stored)
    elif form is Format.JSONL:
        out.writelines(line.encode() + b"\n" for line in _texts(stored))
    else:
        rows = (flatten(json.loads(text, parse_float=Decimal)) for text in _texts(stored))
        (_write_csv if form is Format.CSV else _write_xlsx)(rows, out)


def _texts(pieces: Iterable[bytes]) -> Iterator[str]:
    """Each record as it was printed. A piece holds whole records: it is a chunk, between commas."""
    decoder = json.JSONDecoder()
    for piece in pieces:
        text = piece.removeprefix(HEAD).decode()
        place = 0
        # The tail begins where the list ends.
        while (start := text.find("{", place)) >= 0 and not text.startswith("]", place):
            _, place = decoder.raw_decode(text, start)
            yield text[start:place]


def _write_csv(rows: Iterable[list[Cell]], out: BinaryIO) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    # The file below belongs to the caller.
    text.detach()


def _write_xlsx(rows: Iterable[list[Cell]], out: BinaryIO) -> None:
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
                sheet, line = _new_sheet(book, bold), 1
            for column, (name, cell) in enumerate(zip(COLUMNS, row, strict=True)):
                _write_cell(sheet, line, column, cell, amount if name in MONEY else None)
            line += 1
        if sheet is None:
            _new_sheet(book, bold)


def _new_sheet(book: Workbook, bold: Style) -> Worksheet:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, name, bold)
    return sheet


def _write_cell(sheet: Worksheet, line: int, column: int, cell: Cell, form: Style | None) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        sheet.write_string(line, column, cell[:_CELL_CHARACTERS])
    else:
        sheet.write_number(line, column, cell, form)
