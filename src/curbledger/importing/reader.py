"""Reads the rows of a CSV file, plain or gzipped, one after another, with the line that each begins on.

The physical lines are kept until their row is whole: where a quote opens and never closes, only the line that it
stands on is lost, with a reason, and reading goes on with the next one. A parser left to itself would swallow every
row up to the next quote, and nobody would notice.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import zlib
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext_noop as _

from curbledger.importing.fault import BadFile
from curbledger.importing.said import Said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedIOBase
    from pathlib import Path

    from curbledger.importing.mapping import FileRules
    from curbledger.importing.said import Value

_GZIP = b"\x1f\x8b"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
# What a file is read as that is not UTF-8, where the mapping says nothing. Latin-1 is the same, but for signs that
# nobody writes.
_OLDER = "cp1252"
# A cell that is longer has lost its closing quote.
_LONGEST_CELL = 131_072
# A line that is longer is none of an office's file. It is never held as a whole, and only its beginning is kept.
_LONGEST_LINE = 1_048_576
_BEGINNING = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file. With a `fault` its cells are the line as it stands, and mean nothing."""

    line: int
    cells: list[str]
    fault: Said | None = None


class Table:
    """A file that is open: its header, and its rows, which can be read once."""

    def __init__(self, lines: Iterator[bytes], rules: FileRules, path: Path) -> None:
        self._path = path
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

    @property
    def not_utf8_from(self) -> int | None:
        """The line from which on the file was read as Windows-1252, for it is not UTF-8; None where it is not so."""
        return self._lines.older_from

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
                why = self._lines.fault_of(first) or Said(_("this line is not CSV: {why}"), {"why": _words(error)})
                yield Row(first, [self._lines.give_back()], why)
                continue
            if not cells or (len(cells) == 1 < width and not cells[0].strip()):
                continue
            fault = self._lines.fault_since(first)
            if fault is not None:
                cells = [self._lines.as_taken()]
            elif len(cells) != width:
                values: dict[str, Value] = {"count": len(cells), "header": width}
                fault = Said(_("the row has {count} columns, and the header has {header}"), values)
            elif not any(map(str.strip, cells)):
                fault = Said(_("every cell of the row is blank"))
            elif any("\x00" in cell for cell in cells):
                fault = Said(_("a cell holds a zero byte, which no text has"))
            yield Row(first, cells, fault)

    def _read_header(self) -> list[str]:
        try:
            cells: list[str] = next(iter(self._parser), [])
        except csv.Error as error:
            raise self._bad(_("{file}: the header cannot be read: {why}."), why=_words(error)) from None
        if fault := self._lines.fault_since(1):
            raise self._bad(_("{file}: the header cannot be read: {why}."), why=fault)
        if any("\x00" in cell for cell in cells):
            raise self._bad(_("{file} has zero bytes in its header, as UTF-16 and UTF-32 have. Save it as UTF-8."))
        if not any(cells):
            raise self._bad(_("{file} has no header in its first line. `file.header` in the mapping can name columns."))
        return [cell.strip() for cell in cells]

    def _bad(self, text: str, **values: Value) -> BadFile:
        return BadFile(Said(text, {"file": str(self._path), **values}))


class _Lines:
    """The lines of the file as text. Remembers those of the row that is being read."""

    def __init__(self, lines: Iterator[bytes], rules: FileRules, path: Path) -> None:
        self._lines = lines
        self._path = path
        self._encoding = rules.encoding or "utf-8"
        self._quote = rules.quote
        # A file whose encoding nobody names is UTF-8, until its first line with an accent shows that it is not.
        self._may_be_older = rules.encoding is None
        self.older_from: int | None = None
        self._number = 0
        self._taken: list[str] = []
        self._waiting: deque[str] = deque()
        # By the number of their lines: a line that is given back is read again, and is as bad as before.
        self._faults: dict[int, Said] = {}

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

    def fault_since(self, first: int) -> Said | None:
        """What is wrong with the lines of the row that began on `first`, if anything."""
        if not self._faults:
            return None
        found = [self._faults.pop(line) for line in sorted(self._faults) if first <= line <= self._number]
        return found[0] if found else None

    def fault_of(self, line: int) -> Said | None:
        """What is wrong with this one line, if anything."""
        return self._faults.pop(line, None)

    def as_taken(self) -> str:
        """The lines of the row as they stand."""
        return "".join(self._taken).rstrip("\r\n")

    def give_back(self) -> str:
        """The first line of a row that failed. The others are read again."""
        bad, *others = self._taken
        self._waiting.extendleft(reversed(others))
        self._number -= len(others)
        return bad.rstrip("\r\n")

    def _decode(self, line: bytes) -> str:
        number = self._number + 1
        if number == 1:
            if line.startswith(_WIDE_BOMS):
                raise BadFile(Said(_("{file} is UTF-16 or UTF-32. Save it as UTF-8."), {"file": str(self._path)}))
            if line.startswith(codecs.BOM_UTF8):
                self._may_be_older = False
                line = line.removeprefix(codecs.BOM_UTF8)
        if len(line) > _LONGEST_LINE:
            self._faults[number] = Said(_("the line is longer than {most} bytes"), {"most": f"{_LONGEST_LINE:,}"})
            # A quote in the part that is kept would take the lines after it along.
            return line[:_BEGINNING].decode(self._encoding, "replace").replace(self._quote or "\n", "") + "\n"
        try:
            text = line.decode(self._encoding)
        except UnicodeDecodeError as error:
            if not self._may_be_older:
                self._faults[number] = _not_of(self._encoding, line, error.start)
                return line.decode(self._encoding, "backslashreplace")
            self._encoding, self._may_be_older, self.older_from = _OLDER, False, number
            return self._decode(line)
        self._may_be_older = self._may_be_older and line.isascii()
        return text


def _not_of(encoding: str, line: bytes, place: int) -> Said:
    text = _(
        "byte {place} of the line is {byte}, which {encoding} has not. "
        "`encoding` under [file] in the mapping says what the file is in"
    )
    return Said(text, {"place": place + 1, "byte": f"0x{line[place]:02x}", "encoding": encoding})


@contextmanager
def open_table(
    path: Path, rules: FileRules, progress: Callable[[int], None] = lambda _position: None
) -> Iterator[Table]:
    """Open a file. `progress` is told, again and again, how many of its bytes (as they lie there) were read.

    Raises BadFile for a file that cannot be read, is no CSV or breaks off, now or while its rows are read.
    """
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with path.open("rb") as raw:
            magic = raw.peek(2)[:2]
            with gzip.open(raw) if magic == _GZIP else raw as data:
                yield Table(_watched(data, raw, progress), rules, path)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        text = _("{file} breaks off, or is damaged: its gzip data cannot be unpacked to the end.")
        raise BadFile(Said(text, {"file": str(path)})) from None
    except OSError as error:
        why = {"file": str(path), "why": str(error.strerror or error)}
        raise BadFile(Said(_("{file} cannot be read: {why}."), why)) from None


def _watched(data: BufferedIOBase, raw: IO[bytes], progress: Callable[[int], None]) -> Iterator[bytes]:
    for number, line in enumerate(_bounded(data)):
        if number % 1000 == 0:
            progress(raw.tell())
        yield line
    progress(raw.tell())


def _bounded(data: BufferedIOBase) -> Iterator[bytes]:
    """The lines, and of one that is too long no more than shows that it is."""
    while line := data.readline(_LONGEST_LINE + 1):
        yield line
        while len(line) > _LONGEST_LINE and not line.endswith(b"\n"):
            line = data.readline(_LONGEST_LINE + 1)


def _words(error: csv.Error) -> Said:
    text = str(error)
    if "unexpected end" in text:
        return Said(_("a quote opens and never closes"))
    if "field larger" in text:
        long = _("a quote opens and never closes, or a cell is longer than {most} characters")
        return Said(long, {"most": f"{_LONGEST_CELL:,}"})
    if "new-line character" in text:
        return Said(_("its lines end in a bare carriage return; save it with ordinary line ends"))
    return Said(_("a quote stands in the wrong place ({what})"), {"what": text})
