"""Erase what is no longer needed: a file that was imported, rejected rows that were kept long enough, leftovers."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from curbledger.importing.file_import import OPEN, FileImport, State, imports_folder

if TYPE_CHECKING:
    from curbledger.clients.client import Client

# A folder of an upload that never got a row: it is being written for no longer than this.
_LEFTOVER = timedelta(days=1)


def erase_file(one: FileImport, *, at: datetime) -> None:
    """Erase the file of an import that has ended. What was rejected stays. In the client's scope."""
    one.path.unlink(missing_ok=True)
    FileImport.objects.filter(pk=one.pk).update(file_erased_at=at)


def tidy_imports(client: Client, *, at: datetime) -> int:
    """Erase what is due. In the client's scope. Returns how many folders went.

    The file of an import that is done goes at once, and here where that did not happen. The rest of it, and a file
    that nobody went on with, goes after `CURBLEDGER_IMPORT_KEPT_DAYS`.
    """
    before = at - timedelta(days=settings.CURBLEDGER.import_kept_days)
    gone = 0
    for one in FileImport.objects.select_related("client").filter(rejected_erased_at__isnull=True).order_by("pk"):
        if one.state == State.DONE and one.file_erased_at is None:
            erase_file(one, at=at)
        last = one.ended_at or one.asked_at or one.uploaded_at
        if one.state == State.DROPPED or (one.state in {State.DONE, *OPEN} and last < before):
            gone += _erase_all(one, at=at)
    return gone + _erase_leftovers(client, at=at)


def _erase_all(one: FileImport, *, at: datetime) -> int:
    # The row first: a click that comes now is refused, or was before, and then this leaves it.
    state = State.DONE if one.state == State.DONE else State.DROPPED
    erased = FileImport.objects.filter(pk=one.pk, state=one.state).update(
        state=state, rejected_erased_at=at, file_erased_at=one.file_erased_at or at, ended_at=one.ended_at or at
    )
    if erased:
        shutil.rmtree(one.folder, ignore_errors=True)
    return erased


def _erase_leftovers(client: Client, *, at: datetime) -> int:
    folder = imports_folder(client.key)
    if not folder.is_dir():
        return 0
    known = {
        one.hex for one in FileImport.objects.filter(rejected_erased_at__isnull=True).values_list("uuid", flat=True)
    }
    gone = 0
    for one in folder.iterdir():
        if one.name not in known and datetime.fromtimestamp(one.stat().st_mtime, UTC) < at - _LEFTOVER:
            shutil.rmtree(one, ignore_errors=True)
            gone += 1
    return gone
