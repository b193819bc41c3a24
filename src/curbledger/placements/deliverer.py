"""Server processes and their signs of life. Global: a process serves every client.

A batch that is being delivered names its process. While that shows life the batch is left to it; when it does
not, the next call of the agency takes the batch up (claim.sql: take_up).
"""

from __future__ import annotations

import atexit
import logging
import os
import socket
import threading
import uuid
from queue import SimpleQueue
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, models
from django.db.models.functions import Now

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)


class Deliverer(models.Model):
    """One server process. Times are the database's, so that machines whose clocks differ agree."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "deliverer"

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


_TOUCH = """
INSERT INTO deliverer (id, host, pid, started_at, seen_at)
VALUES (%s, %s, %s, clock_timestamp(), clock_timestamp())
ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()
"""
# Rows of processes that ended without a word. A day is far beyond any setting of what counts as stale.
_SWEEP = "DELETE FROM deliverer WHERE seen_at < clock_timestamp() - interval '1 day'"


class Heart:
    """This process's signs of life, from a thread of its own, so that long work elsewhere does not look like death."""

    def __init__(self) -> None:
        self.id = uuid.uuid4()
        self.pid = os.getpid()
        self._stopped = threading.Event()
        # Without a lock of ours: a finalizer may add to it in the middle of anything.
        self._unsettled: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="deliverer", daemon=True)

    def start(self) -> None:
        """Show life once, now, so that what is claimed next counts as alive; then go on by itself."""
        self._touch()
        self._thread.start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """End in order: what this process was still delivering is free at once."""
        if self._stopped.is_set() or self.pid != os.getpid():
            return
        self._stopped.set()
        self._thread.join(timeout=settings.CURBLEDGER.deliverer_beat)
        try:
            self._settle()
            Deliverer.objects.filter(pk=self.id).delete()
        except Exception as error:  # noqa: BLE001 - the process ends; what stays behind is stale soon.
            _log.warning("the sign of life of this process stays behind and will be stale soon: %s", error)
        finally:
            connection.close()

    def settle_later(self, settle: Callable[[], None]) -> None:
        """Do `settle` with a later beat, until it succeeds: an outcome that could not be written now."""
        self._unsettled.put(settle)

    def _run(self) -> None:
        while not self._stopped.wait(settings.CURBLEDGER.deliverer_beat):
            try:
                self._touch()
                self._settle()
            except Exception as error:  # noqa: BLE001 - whatever it is, this thread must live as long as the process.
                _log.warning("no sign of life could be written: %s", error)
                connection.close()
        connection.close()

    def _touch(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_TOUCH, [self.id, socket.gethostname(), self.pid])
            cursor.execute(_SWEEP)

    def _settle(self) -> None:
        """Write every outcome that waits. One that fails stays, and stands in nobody's way."""
        for _ in range(self._unsettled.qsize()):
            settle = self._unsettled.get()
            try:
                settle()
            except Exception as error:  # noqa: BLE001 - it is tried again with the next beat.
                _log.warning("the end of a delivery could not be written yet: %s", error)
                connection.close()
                self._unsettled.put(settle)


_heart: Heart | None = None
_heart_lock = threading.Lock()


def heart() -> Heart:
    """This process's heart, beating. A forked child gets one of its own."""
    global _heart  # noqa: PLW0603 - one for a process, made when it first delivers.
    with _heart_lock:
        if _heart is None or _heart.pid != os.getpid():
            beating = Heart()
            beating.start()
            _heart = beating
        return _heart


def stop_heart() -> None:
    """End this process's signs of life in order, if it ever gave any."""
    if _heart is not None:
        _heart.stop()
