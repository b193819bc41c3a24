"""The command `curbledger serve`."""

from __future__ import annotations

import errno
import socket
from typing import Annotated

import typer
from django.conf import settings
from django.db import connections

from curbledger.checks import require
from curbledger.errors import Misconfigured


def serve(
    host: Annotated[str, typer.Option(metavar="HOST", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="PORT", help="The port to listen on; 0: any that is free.")
    ] = 8000,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Server processes. Default: CURBLEDGER_WORKERS, or 2.")
    ] = None,
    queue: Annotated[
        bool, typer.Option("--queue/--no-queue", help="Work on the queue too, in a process of its own.")
    ] = True,
) -> None:
    """Answer calls until interrupted."""
    _check_address(host, port)
    require()
    # A child must not share its parent's connection.
    connections.close_all()
    from curbledger.cli.server import Server

    Server(host, port, workers or settings.CURBLEDGER.workers, queue=queue).run()


def _check_address(host: str, port: int) -> None:
    """Raise Misconfigured where the server could not listen. gunicorn would try five times, and end with a list."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        what = f"The server cannot listen on {host}, port {port}: "
        if error.errno == errno.EADDRINUSE:
            raise Misconfigured(f"{what}something does already. Take another with --port.") from None
        if error.errno == errno.EACCES:
            raise Misconfigured(f"{what}only root may. Take one above 1023 with --port.") from None
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise Misconfigured(
                f"{what}this machine has no such address. Take 127.0.0.1, or 0.0.0.0 for all."
            ) from None
        raise Misconfigured(f"{what}{error.strerror}.") from None
