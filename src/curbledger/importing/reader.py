"""Reads the rows of a CSV file, plain or gzipped, one after another, with the line that each begins on.

The physical lines are kept until their row is whole: where a quote opens and never closes, only the line that it
stands on is lost, with a reason, and reading goes on with the next one. A parser left to itself would swallow every
row up to the next quote, and nobody would notice.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from curbledger.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from curbledger.importing.mapping import FileRules

_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
# A cell that is longer has lost its closing quote.
_LONGEST_CELL = 131_072


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file. With a `fault` its cells are the line as it stands, and mean nothing."""

    line: int
    cells: list[str]
    fault: str | None = None


class Table:
    """A file that is open: its header, and its rows, which can be read once."""

    def __init__(self, lines: Iterator[bytes], rules: FileRules, path: Path) -> None:
        self._path = path
        self._rules = rules
        self._lines = _Lines(lines, rules, path)
        quote = rules.quote or None
        self._parser = csv.reader(
            self._lines,
            delimiter=rules.delimiter,
            quotechar=quote,
            quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
            strict=True,
        )
        self.header = rules.header or self._read_header()

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank."""
        width = len(self.header)
        while True:
            first = self._lines.begin_row()
            try:
                cells = next(self._parser)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(first, [self._lines.give_back()], f"this line is not CSV: {_words(error)}")
                continue
            if not cells:
                continue
            fault = None
            if len(cells) != width:
                fault = f"the row has {len(cells)} columns, and the header has {width}"
            elif any("\x00" in cell for cell in cells):
                fault = "a cell holds a zero byte, which no text has"
            yield Row(first, cells, fault)

    def _read_header(self) -> list[str]:
        try:
            cells: list[str] = next(iter(self._parser), [])
        except csv.Error as error:
            raise Invalid(f"{self._path}: the header cannot be read: {_words(error)}.") from None
        if not any(cells):
            raise Invalid(
                f"{self._path} has no header in its first line. `file.header` in the mapping can name columns."
            )
        return [cell.strip() for cell in cells]


class _Lines:
    """The lines of the file as text. Remembers those of the row that is being read."""

    def __init__(self, lines: Iterator[bytes], rules: FileRules, path: Path) -> None:
        self._lines = lines
        self._rules = rules
        self._path = path
        self._number = 0
        self._taken: list[str] = []
        self._waiting: deque[str] = deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        text = self._waiting.popleft() if self._waiting else self._decode(next(self._lines))
        self._number += 1
        self._taken.append(text)
        return text

    def begin_row(self) -> int:
        """The number of the line that the next row begins on."""
        self._taken.clear()
        return self._number + 1

    def give_back(self) -> str:
        """The first line of a row that failed. The others are read again."""
        bad, *others = self._taken
        self._waiting.extendleft(reversed(others))
        self._number -= len(others)
        return bad.rstrip("\r\n")

    def _decode(self, line: bytes) -> str:
        if self._number + len(self._waiting) == 0:
            if line.startswith(_WIDE_BOMS):
                raise Invalid(f"{self._path} is UTF-16. Save it as UTF-8.")
            line = line.removeprefix(_BOM)
        try:
            return line.decode(self._rules.encoding)
        except UnicodeDecodeError as error:
            raise Invalid(
                f"{self._path} is not {self._rules.encoding}: line {self._number + len(self._waiting) + 1}, "
                f"byte {error.start + 1} is 0x{line[error.start]:02x}. "
                'If it comes from an older Windows or mainframe, say `encoding = "cp1252"` or `"latin-1"` '
                "under [file] in the mapping."
            ) from None


@contextmanager
def open_table(
    path: Path, rules: FileRules, progress: Callable[[int], None] = lambda _position: None
) -> Iterator[Table]:
    """Open a file. `progress` is told, again and again, how many of its bytes (as they lie there) were read.

    Raises Invalid for a file that cannot be read, is no CSV or breaks off, now or while its rows are read.
    """
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with path.open("rb") as raw:
            magic = raw.peek(2)[:2]
            with gzip.open(raw) if magic == _GZIP else raw as data:
                yield Table(_watched(data, raw, progress), rules, path)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Invalid(f"{path} breaks off, or is damaged: its gzip data cannot be unpacked to the end.") from None
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror or error}.") from None


def _watched(data: Iterable[bytes], raw: IO[bytes], progress: Callable[[int], None]) -> Iterator[bytes]:
    for number, line in enumerate(data):
        if number % 1000 == 0:
            progress(raw.tell())
        yield line
    progress(raw.tell())


def _words(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end" in text or "field larger" in text:
        return "a quote opens and never closes"
    if "new-line character" in text:
        return "its lines end in a bare carriage return; save it with ordinary line ends"
    return f"a quote stands in the wrong place ({text})"
