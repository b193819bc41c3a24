"""The process that works on the queue."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

# Tasks at a time: an import of an hour keeps nobody's mails waiting.
_AT_A_TIME = 3
# Seconds between two looks at the queue, and for which work under way may go on at the end.
_POLLING, _GRACE = 5.0, 30.0


def work(*, wait: bool = True, child: bool = False) -> None:
    """Work on the queue until interrupted; with `wait` false, until it is empty.

    With `child`, also end when the process that started this one ends.
    """
    if child:
        threading.Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    # Polls: LISTEN is lost where a pooler gives each transaction another server connection.
    options: dict[str, Any] = {
        "wait": wait,
        "listen_notify": False,
        "concurrency": _AT_A_TIME,
        "fetch_job_polling_interval": _POLLING,
        "shutdown_graceful_timeout": _GRACE,
        "delete_jobs": "successful",
        "install_signal_handlers": threading.current_thread() is threading.main_thread(),
    }
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=2)
    with app.replace_connector(connector):
        app.run_worker(**options)


def _end_with(parent: int) -> None:
    # Whoever loses its parent is given another one.
    while not threading.Event().wait(1):
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return
