"""What the queue said of a file, kept beside it with its values apart: whoever reads it reads it in their language.

On the disk and not in a row: reasons hold what stood in the file, names too, and go with its rejected rows.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from curbledger.importing.said import Said, read_said

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from curbledger.importing.file_import import FileImport


def keep_spoken(one: FileImport, *, fault: Said | None = None, reasons: Iterable[tuple[int, Said]] = ()) -> None:
    """Keep what was said of the file and of its lines, in place of what was said before."""
    kept = {
        "fault": None if fault is None else fault.kept(),
        "reasons": {line: said.kept() for line, said in reasons},
    }
    part = _path(one).with_suffix(f".{os.getpid()}")
    # A folder that is gone needs no words; the row has them in English.
    with suppress(FileNotFoundError):
        part.write_text(json.dumps(kept), encoding="utf-8")
        part.replace(_path(one))


def fault_of(one: FileImport) -> str:
    """Why the import failed, in the language that is active; empty where it did not."""
    kept = _read(one).get("fault")
    if kept is not None and str(said := read_said(kept)) == one.fault:
        return said.translated()
    return gettext(one.fault) if one.fault else ""


def reasons_of(one: FileImport) -> dict[str, Said]:
    """Why the first rejected rows were, by their lines as the list of rejected rows writes them."""
    return {line: read_said(kept) for line, kept in _read(one).get("reasons", {}).items()}


def _read(one: FileImport) -> dict[str, dict[str, dict[str, object]]]:
    try:
        read: dict[str, dict[str, dict[str, object]]] = json.loads(_path(one).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return read


def _path(one: FileImport) -> Path:
    return one.folder / "said.json"
