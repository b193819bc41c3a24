"""The process that works on the queue."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from contextlib import suppress
from typing import Any

from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.jobs import Status
from procrastinate.psycopg_connector import PsycopgConnector

from curbledger.kit import clock

# Tasks at a time: an import of an hour keeps nobody's mails waiting.
_AT_A_TIME = 3
# Seconds between two looks at the queue, and for which work under way may go on at the end.
_POLLING, _GRACE = 5.0, 30.0
# Polls: LISTEN is lost where a pooler gives each transaction another server connection.
_OPTIONS: dict[str, Any] = {
    "listen_notify": False,
    "concurrency": _AT_A_TIME,
    "fetch_job_polling_interval": _POLLING,
    "shutdown_graceful_timeout": _GRACE,
    "delete_jobs": "successful",
}


def work(*, wait: bool = True, child: bool = False) -> None:
    """Work on the queue until interrupted; with `wait` false, until it is empty.

    With `child`, also end when the process that started this one ends.
    """
    if child:
        threading.Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=2)
    with app.replace_connector(connector):
        if wait:
            app.run_worker(**_OPTIONS)
        else:
            with suppress(asyncio.CancelledError, KeyboardInterrupt):
                asyncio.run(_until_empty())


async def _until_empty() -> None:
    """Work, and look again: a job may have asked for others while it was the last one and nobody looked any more."""
    # What an interrupt from the keyboard does by itself.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, os.kill, os.getpid(), signal.SIGINT)
    async with app.open_async():
        while True:
            await app.run_worker_async(**_OPTIONS, wait=False, install_signal_handlers=False)
            waiting = await app.job_manager.list_jobs_async(status=Status.TODO.value)
            if all(job.scheduled_at is not None and job.scheduled_at > clock.now() for job in waiting):
                return


def _end_with(parent: int) -> None:
    # Whoever loses its parent is given another one.
    while not threading.Event().wait(1):
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return
