"""The command `curbledger report`."""

from __future__ import annotations

import io
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from curbledger.cli.inputs import Code, read_day
from curbledger.clients.client import find_client
from curbledger.database.scope import client_scope
from curbledger.errors import Invalid
from curbledger.kit import clock
from curbledger.reports.catalogue import REPORTS, find_report
from curbledger.reports.period import period_of
from curbledger.reports.report import Form


def report(  # noqa: PLR0917  # a command: its options are its arguments
    name: Annotated[str, typer.Argument(help=f"Which: {', '.join(REPORTS)}.", metavar="NAME", show_default=False)],
    code: Annotated[str, Code],
    since: Annotated[
        date | None, typer.Option(parser=read_day, metavar="DATE", help="The first day. Default: of the last's month.")
    ] = None,
    until: Annotated[
        date | None, typer.Option(parser=read_day, metavar="DATE", help="The last day. Default: today.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="What it is written as.")] = Form.CSV,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where it goes. Default: the output.")] = None,
) -> None:
    """Write a report as a file, as the staff pages do."""
    wanted = find_report(name)
    client = find_client(code)
    if out is not None and out.exists():
        raise Invalid(f"{out} is there already, and is left as it is.", field="out")
    at = clock.now()
    period = period_of(since, until, zone=client.zone, at=at)
    file = io.BytesIO()
    with client_scope(client.pk):
        wanted.write(wanted.read(client, period, at), form, file)
    if out is None:
        sys.stdout.buffer.write(file.getvalue())
    else:
        out.write_bytes(file.getvalue())
