"""The queue's turn at files that wait: take one, import it or only check it, and write down how it ended.

What a file brings in and the word that it is done are one transaction. So whoever is killed in between has done
nothing, and the next one who takes it does all of it, once.
"""

from __future__ import annotations

import logging
import threading
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import OperationalError, connection
from django.utils.translation import gettext_noop as _

from curbledger.database.actor import Actor, acting
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, CurbledgerError
from curbledger.importing.fault import BadFile
from curbledger.importing.file_import import FileImport, State
from curbledger.importing.import_file import import_file
from curbledger.importing.mapping import read_mapping
from curbledger.importing.said import Said
from curbledger.importing.schema import Kind
from curbledger.importing.spoken import keep_spoken
from curbledger.importing.tidy import erase_file
from curbledger.importing.upload import without_path
from curbledger.kit import sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from curbledger.clients.client import Client
    from curbledger.importing.import_file import Imported

_log = logging.getLogger(__name__)
QUERIES = sql.load("curbledger.importing", "turns.sql")
# Seconds between two signs of life, and without one after which another may take it.
BEAT, STALE = 1.0, 30.0
# A file that ends its worker each time ends no fourth one.
MOST_ATTEMPTS = 3


class _TakenOver(Conflict):
    """Another worker took this over."""


def files_wait(client: Client) -> bool:
    """Whether there is anything to do."""
    with client_scope(client.pk), connection.cursor() as cursor:
        cursor.execute(QUERIES["wait"], {"stale": STALE})
        (there,) = cursor.fetchone()
        return bool(there)


def take_file(client: Client) -> FileImport | None:
    """Take the next one that waits; None where there is none."""
    with client_scope(client.pk), connection.cursor() as cursor:
        cursor.execute(QUERIES["take"], {"attempt": uuid.uuid4(), "stale": STALE})
        row = cursor.fetchone()
        return FileImport.objects.select_related("client").get(pk=row[0]) if row else None


def bring_in(client: Client, one: FileImport, *, at: datetime) -> None:
    """Import one that was taken, or check it. Whatever goes wrong is written down with it."""
    if one.attempts > MOST_ATTEMPTS:
        _fail(client, one, Said(_("The server was stopped again and again while it worked on this file.")), at=at)
        return
    try:
        # By whoever asked for it: the queue only does the work.
        with acting(Actor.STAFF, one.asked_by), _beating(client, one) as beat, client_scope(client.pk):
            done = import_file(
                client,
                one.path,
                kind=Kind(one.kind),
                mapping=read_mapping(one.mapping, Kind(one.kind)),
                at=at,
                by=one.asked_by,
                dry_run=one.dry,
                rejected_path=one.rejected_path,
                progress=beat.note,
            )
            keep_spoken(one, reasons=done.examples)
            _settle(one, done, at=at)
        if not one.dry:
            with client_scope(client.pk):
                erase_file(one, at=at)
    except _TakenOver:
        _log.warning("%s: import %s was taken over by another worker", client.code, one.pk)
    except BadFile as error:
        _fail(client, one, without_path(error.said, one.path), at=at)
    except CurbledgerError as error:
        _fail(client, one, without_path(Said("{error}", {"error": error.message}), one.path), at=at)
    except OperationalError:
        # The database restarts, or somebody holds a lock: without a sign of life the next turn takes it again.
        _log.warning("%s: import %s was broken off", client.code, one.pk, exc_info=True)
    except Exception:  # noqa: BLE001  # What nobody foresaw is logged, and ends this file and not the queue.
        _log.exception("%s: import %s failed", client.code, one.pk)
        _fail(client, one, Said(_("Something went wrong. It was written down for whoever runs this server.")), at=at)


def _settle(one: FileImport, done: Imported, *, at: datetime) -> None:
    """In the transaction of what was imported: both or neither."""
    ended = {} if one.dry else {"ended_at": at}
    _end(
        one,
        state=State.CHECKED if one.dry else State.DONE,
        imported=done.imported,
        already_there=done.already_there,
        rejected=done.rejected,
        not_utf8_from=done.not_utf8_from,
        fault="",
        **ended,
    )


def _fail(client: Client, one: FileImport, fault: Said, *, at: datetime) -> None:
    keep_spoken(one, fault=fault)
    with client_scope(client.pk):
        try:
            _end(one, state=State.FAILED, fault=str(fault), ended_at=at)
        except _TakenOver:
            _log.warning("%s: import %s was taken over by another worker", client.code, one.pk)


def _end(one: FileImport, **columns: object) -> None:
    # Who was taken over meanwhile finds another attempt there.
    mine = FileImport.objects.filter(pk=one.pk, attempt=one.attempt, state=State.WORKING)
    if not mine.update(**columns):
        raise _TakenOver


class _Beat:
    """Says from a thread, with a connection of its own, that somebody is at work, and how far it is."""

    def __init__(self, client: Client, one: FileImport) -> None:
        self._client, self._one = client, one
        self._position = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def note(self, position: int) -> None:
        """So many bytes were read."""
        self._position = position

    def stop(self) -> None:
        """It is over."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._over.wait(BEAT):
                self._say()
        finally:
            connection.close()

    def _say(self) -> None:
        said = {"id": self._one.pk, "attempt": self._one.attempt, "position": self._position}
        try:
            with client_scope(self._client.pk), connection.cursor() as cursor:
                # The end of the work may hold the row just now; then there is nothing to say.
                cursor.execute("SET LOCAL lock_timeout = '500ms'")
                cursor.execute(QUERIES["beat"], said)
        except OperationalError:
            _log.debug("no sign of life of import %s", self._one.pk, exc_info=True)


@contextmanager
def _beating(client: Client, one: FileImport) -> Iterator[_Beat]:
    beat = _Beat(client, one)
    beat.start()
    try:
        yield beat
    finally:
        beat.stop()
