"""Take a file in, and look at it: what its columns are called, and its first rows."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import zlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from curbledger.errors import Invalid
from curbledger.importing.fault import BadFile
from curbledger.importing.file_import import FileImport
from curbledger.importing.mapping import FileRules
from curbledger.importing.reader import open_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from curbledger.clients.client import Client
    from curbledger.importing.said import Said
    from curbledger.importing.schema import Kind

DELIMITERS = (",", ";", "\t", "|")
# Rows that a look reads.
SAMPLE = 200
_MEGABYTE = 1024 * 1024
_LONGEST_NAME = 150
_HEAD = 65536
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Look:
    """What a file shows at once: by which rules, its header, and its first rows that are whole."""

    rules: FileRules
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def receive(
    client: Client, *, name: str, chunks: Iterable[bytes], kind: Kind, most_megabytes: int, at: datetime, by: str
) -> FileImport:
    """Keep a file until it is imported. In the client's scope.

    Raises Invalid for one that is empty, too large, or no CSV; then nothing of it is kept.
    """
    made = FileImport(client=client, kind=kind, file_name=_safe(name), size=0, uploaded_at=at, uploaded_by=by)
    made.folder.mkdir(parents=True, mode=0o700)
    try:
        made.size = _write(made.path, chunks, most_megabytes)
        look(made.path)
        made.save(force_insert=True)
    except BaseException:
        shutil.rmtree(made.folder, ignore_errors=True)
        raise
    return made


def look(path: Path, rules: FileRules | None = None) -> Look:
    """Read the beginning of a file. Without rules the delimiter is the one that finds most columns. Raises Invalid."""
    _check_is_text(path)
    if rules is None:
        rules = max((FileRules(delimiter=one) for one in DELIMITERS), key=lambda one: _width(path, one))
    try:
        with open_table(path, rules) as table:
            rows = [row.cells for row in islice(table.rows(), SAMPLE) if row.fault is None]
            return Look(rules, table.header, rows)
    except BadFile as error:
        raise BadFile(without_path(error.said, path), field="file") from None


def without_path(said: Said, path: Path) -> Said:
    """Words about a file, without where the server keeps it."""
    return said.mapped(lambda text: text.replace(str(path), path.name))


def _safe(name: str) -> str:
    """The file's own name, as far as a folder can hold it."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(sign for sign in last if sign.isprintable()).strip(". ")
    ending = re.search(r"(\.csv|\.txt)?(\.gz)?$", kept, re.IGNORECASE)
    end = ending[0] if ending else ""
    stem = kept[: len(kept) - len(end)].encode()[:_LONGEST_NAME].decode(errors="ignore")
    return (stem or "file") + (end or ".csv")


def _write(path: Path, chunks: Iterable[bytes], most_megabytes: int) -> int:
    size = 0
    with path.open("xb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > most_megabytes * _MEGABYTE:
                raise Invalid(_("The file is larger than {most} MB.").format(most=most_megabytes), field="file")
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if size == 0:
        raise Invalid(_("The file is empty."), field="file")
    return size


def _check_is_text(path: Path) -> None:
    try:
        with path.open("rb") as raw:
            beginning = raw.read(_HEAD)
    except OSError:
        raise Invalid(_("The file is not here any more. Bring it again."), field="file") from None
    if beginning.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(path) as file:
                beginning = file.read(_HEAD)
        except (EOFError, zlib.error, OSError):
            raise Invalid(_("The file is damaged: it cannot be unpacked to the end."), field="file") from None
    if beginning.startswith(b"PK\x03\x04"):
        raise Invalid(_("This is a spreadsheet or an archive. Save it as CSV, and bring that."), field="file")
    if not beginning.strip():
        raise Invalid(_("The file is empty."), field="file")
    if b"\0" in beginning and not beginning.startswith(_WIDE_BOMS):
        raise Invalid(_("This is no text. Save it as CSV, and bring that."), field="file")


def _width(path: Path, rules: FileRules) -> int:
    try:
        with open_table(path, rules) as table:
            return len(table.header)
    except Invalid:
        return 0
