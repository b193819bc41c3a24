"""The list of rows that were not imported: the row as it was, the line it stands on, and the reason."""

from __future__ import annotations

import csv
import os
import secrets
from contextlib import suppress
from errno import EISDIR
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext_noop as _

from curbledger.importing.fault import BadFile
from curbledger.importing.said import Said

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from curbledger.importing.mapping import FileRules
    from curbledger.importing.reader import Row

_OURS = ("line", "reason")


def beside(path: Path) -> Path:
    """`tickets.csv` and `tickets.csv.gz` have `tickets.rejected.csv` beside them."""
    stem = path.name
    for ending in (".gz", ".csv", ".txt"):
        if stem.lower().endswith(ending) and len(stem) > len(ending):
            stem = stem[: -len(ending)]
    return path.with_name(f"{stem}.rejected.csv")


class Rejected:
    """Written beside its place and moved there when all is done, so that nobody ever reads half of it."""

    def __init__(self, path: Path, header: Sequence[str], rules: FileRules) -> None:
        self._path = path
        # Written as the input is, so that it can be mended and imported by the same mapping.
        self._rules = rules
        self._header = [*_OURS, *(f"{name} (file)" if name in _OURS else name for name in header)]
        self._part = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        self._file: IO[str] | None = None

    def add(self, row: Row, reason: str) -> None:
        """One more. Raises BadFile where it cannot be written."""
        try:
            if self._file is None:
                self._open()
            self._write([str(row.line), reason, *row.cells])
        except OSError as error:
            raise self._unwritable(error) from None

    def _open(self) -> None:
        if self._path.is_dir():
            raise IsADirectoryError(EISDIR, "it is a folder")
        # Where nobody names one, the list is read as UTF-8 as soon as it has an accent.
        encoding = self._rules.encoding or "utf-8"
        self._file = self._part.open("w", encoding=encoding, errors="backslashreplace", newline="")
        self._write(self._header)

    def _unwritable(self, error: OSError) -> BadFile:
        text = _("The rejected rows cannot be written to {file}: {why}. Say where with --rejected.")
        return BadFile(Said(text, {"file": str(self._path), "why": str(error.strerror or error)}))

    def _write(self, cells: Sequence[str]) -> None:
        rules = self._rules
        if self._file is None:
            return
        if not rules.quote:
            # Nothing is quoted in such a file, so nothing may hold what ends a cell.
            line = rules.delimiter.join(" ".join(cell.split(rules.delimiter)) for cell in cells)
            self._file.write(f"{line}\r\n")
            return
        csv.writer(self._file, delimiter=rules.delimiter, quotechar=rules.quote).writerow(cells)

    def close(self) -> None:
        """Nothing more comes. The list is on disk, and not yet in its place. Raises BadFile as `add` does."""
        if self._file is None:
            return
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise self._unwritable(error) from None

    def move(self) -> Path | None:
        """Put the list in its place. Without a rejected row there is none, and one of an earlier run goes."""
        if self._file is None:
            self._remove_earlier()
            return None
        self._part.replace(self._path)
        return self._path

    def discard(self) -> None:
        """Leave no trace of a list that was not finished."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
        self._part.unlink(missing_ok=True)

    def _remove_earlier(self) -> None:
        beginning = self._rules.delimiter.join(_OURS).encode()
        with suppress(OSError):
            with self._path.open("rb") as file:
                ours = file.read(len(beginning)) == beginning
            if ours:
                self._path.unlink()
