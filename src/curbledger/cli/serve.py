"""The command `curbledger serve`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from django.conf import settings
from django.db import connections
from gunicorn.app.base import BaseApplication

from curbledger.checks import require
from curbledger.placements.deliverer import stop_heart
from curbledger.wsgi import application


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Server processes. Default: CURBLEDGER_WORKERS, or 2.")
    ] = None,
) -> None:
    """Answer calls until interrupted."""
    require()
    # A child must not share its parent's connection.
    connections.close_all()
    _Server(host, port, workers or settings.CURBLEDGER.workers).run()


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types.
    """gunicorn, set up here alone: its own files and environment would change what a delivery relies on."""

    def __init__(self, host: str, port: int, workers: int) -> None:
        self._chosen: dict[str, Any] = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "worker_class": "gthread",
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
        return application
