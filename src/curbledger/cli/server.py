"""gunicorn, set up here alone: its own files and environment would change what a delivery relies on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from curbledger.cli.keeper import Keeper
from curbledger.cli.memory import settle_memory
from curbledger.placements.deliverer import stop_heart
from curbledger.wsgi import application


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types.
    """The product's server processes, each with threads of its own."""

    def __init__(self, host: str, port: int, workers: int, *, queue: bool) -> None:
        self._queue = queue
        self._chosen: dict[str, Any] = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "worker_class": "curbledger.cli.worker.Worker",
            "threads": settings.CURBLEDGER.threads,
            "proc_name": "curbledger",
            # A worker is busy for as long as a slow agency reads, and its main thread still shows life to gunicorn.
            "timeout": 60,
            "graceful_timeout": 30,
            "keepalive": 5,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "info",
            "control_socket_disable": True,
            "worker_exit": lambda _server, _worker: stop_heart(),
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._chosen.items():
            self.cfg.set(name, value)

    def load(self) -> object:
        # In each worker, after the application was loaded and before threads begin.
        settle_memory()
        return application

    def run(self) -> None:
        """Serve until interrupted."""
        (Keeper if self._queue else Arbiter)(self).run()
