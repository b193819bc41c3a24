"""The commands `curbledger batch show` and `curbledger batch export`. What is done to a batch: handing, recalling."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from curbledger.cli import words
from curbledger.cli.inputs import Code
from curbledger.clients.client import Client, find_client
from curbledger.database.scope import client_scope
from curbledger.errors import CurbledgerError, Invalid
from curbledger.kit import money
from curbledger.placements.batch import Revision
from curbledger.placements.export import Format, export
from curbledger.placements.manifest import (
    BatchLine,
    PlacementLine,
    Sending,
    every_placement,
    find_batch,
    find_revision,
    revisions,
)

app = typer.Typer(help="One batch: what was in it, and its bytes.", no_args_is_help=True)

Id = typer.Argument(help="The batch's id, as `curbledger batches` lists it.", metavar="ID", show_default=False)
RevisionOption = typer.Option("--revision", min=1, help="Which revision. Default: the newest.")


@app.command()
def show(
    code: Annotated[str, Code],
    batch: Annotated[UUID, Id],
    revision: Annotated[int | None, RevisionOption] = None,
) -> None:
    """Show a batch: who asked, how each revision ended, and every violation with the evidence of its placement."""
    client = find_client(code)
    with client_scope(client.pk):
        line = find_batch(batch)
        sending = find_revision(line, revision)
        sendings = revisions(line)
    _show_batch(line, client)
    for one in sendings:
        _show_sending(one, client)
    typer.echo(f"Violations of revision {sending.number}:")
    for placed in every_placement(sending):
        _show_placement(placed, client)


@app.command("export")
def export_batch(
    code: Annotated[str, Code],
    batch: Annotated[UUID, Id],
    form: Annotated[Format, typer.Option("--format", help="json: the very bytes. jsonl: a record a line.")],
    revision: Annotated[int | None, RevisionOption] = None,
    out: Annotated[Path | None, typer.Option(help="Where to. Default: standard output.")] = None,
) -> None:
    """Write a batch's records, as they went out."""
    client = find_client(code)
    if form is Format.XLSX and out is None:
        raise Invalid("A workbook goes to a file: say which with --out.", field="out")
    if out is None:
        export(_sending(client, batch, revision), form, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    count = write_records(client, batch, form, out, revision=revision)
    typer.echo(f"Wrote {count} records to {out}.", err=True)


def write_records(client: Client, batch: UUID, form: Format, out: Path, *, revision: int | None = None) -> int:
    """Write a revision's records to a file, the newest by default. Returns how many. Raises CurbledgerError."""
    sending = _sending(client, batch, revision)
    # Written beside it and renamed: what has the name is whole.
    partial = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with partial.open("wb") as file:
            export(sending, form, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(out)
    except OSError as error:
        raise CurbledgerError(f"{out} cannot be written: {error.strerror}.") from None
    finally:
        partial.unlink(missing_ok=True)
    return sending.record_count


def _sending(client: Client, batch: UUID, revision: int | None) -> Revision:
    with client_scope(client.pk):
        return find_revision(find_batch(batch), revision)


def _show_batch(line: BatchLine, client: Client) -> None:
    typer.echo(f"Batch {line.uuid} to {line.agency}: {line.state}.")
    typer.echo(f"{words.heap(line.count, line.total, client)}, in revision {line.revision}.")


def _show_sending(one: Sending, client: Client) -> None:
    asked = one.asked_at.astimezone(client.zone)
    typer.echo(f"Revision {one.revision}: {words.heap(one.count, one.total, client)}")
    if one.asked_by:
        where = one.asked_from or "an unknown address"
        typer.echo(f"  asked for on {asked:%Y-%m-%d %H:%M} by {one.asked_by} from {where}")
    elif one.handed_over_by:
        typer.echo(f"  handed over on {asked:%Y-%m-%d %H:%M} by {one.handed_over_by}")
    else:
        # Every token has a name.
        typer.echo(f"  sent on {asked:%Y-%m-%d} by another system, which kept its bytes")
    said_by = f", by {one.ended_by}" if one.ended_by else ""
    typer.echo(f"  {one.outcome or 'not ended yet'}{said_by}")
    if one.reopened_at:
        typer.echo(f"  to be delivered again, by {one.reopened_by}: {one.reopened_reason}")
    if one.digest:
        typer.echo(f"  {one.size} bytes, SHA-256 {one.digest}")
    if one.erased_at:
        typer.echo(f"  its bytes were erased on {one.erased_at.astimezone(client.zone):%Y-%m-%d}")


def _show_placement(placed: PlacementLine, client: Client) -> None:
    evidence = ", ".join(f"{name} {value}" for name, value in placed.evidence.items() if value not in {None, ""})
    ended = f" ({placed.ended_reason})" if placed.ended_reason else ""
    typer.echo(f"  {placed.ticket}  {money.show(placed.balance, client.currency)}  {placed.state}{ended}: {evidence}")
