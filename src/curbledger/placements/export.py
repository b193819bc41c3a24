"""A stored answer as a file: the very bytes, a record a line, or a spreadsheet."""

from __future__ import annotations

import json
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from curbledger.kit.sheet import write_csv, write_xlsx
from curbledger.placements.deliver import HEAD
from curbledger.placements.flat import COLUMNS, MONEY, flatten
from curbledger.placements.manifest import records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from curbledger.placements.batch import Revision


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
        if form is Format.CSV:
            write_csv(list(COLUMNS), rows, out)
        else:
            write_xlsx(list(COLUMNS), rows, out, money=MONEY)


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
