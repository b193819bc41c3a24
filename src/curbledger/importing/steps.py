"""What somebody does with a file: maps it, has it checked or imported, or drops it. Each is won by one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, NotFound
from curbledger.importing.file_import import OPEN, FileImport, State
from curbledger.importing.mapping import read_mapping
from curbledger.importing.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from curbledger.clients.client import Client

# The queue's task (work/tasks.py), which looks for what waits.
TASK = "bring_in"


def find_import(import_id: int) -> FileImport:
    """One of the client's imports. In the client's scope. Raises NotFound."""
    found = FileImport.objects.select_related("client").filter(pk=import_id).first()
    if found is None:
        raise NotFound(_("There is no such import."))
    return found


def map_file(one: FileImport, text: str) -> None:
    """Give a file its mapping. In the client's scope. Raises Invalid for one that cannot be used; Conflict."""
    read_mapping(text, Kind(one.kind))
    _move(one, OPEN, state=State.UPLOADED, mapping=text, fault="", **_NO_COUNTS)


def ask_to_check(client: Client, one: FileImport, *, at: datetime, by: str) -> None:
    """Have the queue find out what would happen. In the client's scope. Raises Conflict where it is under way."""
    _move(one, OPEN, state=State.WAITING, dry=True, asked_at=at, asked_by=by, attempts=0, **_NO_COUNTS)
    _wake(client)


def ask_to_import(client: Client, one: FileImport, *, at: datetime, by: str) -> None:
    """Have the queue import what was checked. In the client's scope. Raises Conflict.

    A second person who asks, or whose mapping came in between, is refused: only what was checked is imported.
    """
    _move(one, (State.CHECKED,), state=State.WAITING, dry=False, asked_at=at, asked_by=by, attempts=0, **_NO_COUNTS)
    _wake(client)


def drop_import(one: FileImport, *, at: datetime) -> None:
    """Leave it. Its files are erased by the next round. In the client's scope. Raises Conflict."""
    _move(one, OPEN, state=State.DROPPED, ended_at=at)


_NO_COUNTS = dict.fromkeys(("imported", "already_there", "rejected", "not_utf8_from"))


def _move(one: FileImport, states: Sequence[State], **columns: object) -> None:
    # The row's own count decides between two who click at once.
    if not FileImport.objects.filter(pk=one.pk, state__in=states).update(**columns):
        raise Conflict(_("Somebody else was faster: look at how it stands now."))


def _wake(client: Client) -> None:
    """With the same commit as the wish: a job that is there too early would find nothing."""
    try:
        with client_scope(client.pk):
            app.configure_task(TASK, queueing_lock=f"{TASK}-{client.pk}", allow_unknown=True).defer(client_id=client.pk)
    except AlreadyEnqueued:
        # One that waits does for both.
        return
