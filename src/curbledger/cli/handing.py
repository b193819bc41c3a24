"""The commands by which staff hand over, and say what became of a batch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from curbledger.cli import words
from curbledger.cli.batch import Id, write_records
from curbledger.cli.inputs import Code, read_reason, who
from curbledger.clients.client import Client, find_client
from curbledger.database.scope import client_scope
from curbledger.errors import CurbledgerError
from curbledger.kit import clock
from curbledger.placements.again import deliver_again
from curbledger.placements.agency import pick_agency
from curbledger.placements.by_staff import Way, hand_over_by_staff, settle_file
from curbledger.placements.chunks import Unprintable
from curbledger.placements.export import Format
from curbledger.placements.manifest import find_batch

_Reason = Annotated[str, typer.Option(parser=read_reason, metavar="TEXT", help="Why, for the records.")]


def hand_over(
    code: Annotated[str, Code],
    agency: Annotated[
        str | None, typer.Option(metavar="NAME", help="To whom. May be left out where there is one agency.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a file, which somebody brings to the agency. Default: its next call."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="What the file is.")] = Format.JSON,
    override: Annotated[
        str, typer.Option(metavar="TEXT", help="Why it goes though a guard stops it. Kept with the batch.")
    ] = "",
) -> None:
    """Hand over what is overdue now: left for the agency's next call, or as a file that waits for your word.

    Refused where the policy asks for a second person: that is done on the pages, where two people sign in.
    """
    client = find_client(code)
    way = Way.CALL if out is None else Way.FILE
    with client_scope(client.pk):
        taker = pick_agency(agency)
        done = hand_over_by_staff(client, taker.pk, way=way, at=clock.now(), by=who(), override=override)
        name = taker.name
    if out is not None:
        _write(client, done.batch_uuid, form, out)
    how = "it goes with the agency's next call" if out is None else f"the file is {out}"
    typer.echo(
        f"Batch {done.batch_uuid}, revision {done.revision.number}: {words.heap(done.count, done.total, client)} "
        f"to {name}; {how}."
    )


def _write(client: Client, batch: UUID, form: Format, out: Path) -> None:
    """The batch is claimed and committed: whatever goes wrong with the file, it waits for another one."""
    again = f"`curbledger batch export {client.code} {batch}` writes it, `batch lost` gives it up."
    try:
        write_records(client, batch, form, out)
    except Unprintable:
        raise CurbledgerError(
            f"Batch {batch} is claimed, and some of its records cannot be printed: they are set aside under a hold. "
            f"Say `curbledger batch lost {client.code} {batch}`, and hand over again: it goes without them."
        ) from None
    except CurbledgerError as error:
        raise CurbledgerError(f"Batch {batch} is claimed, and not written: {error.message} {again}") from None


def again(code: Annotated[str, Code], batch: Annotated[UUID, Id], reason: _Reason) -> None:
    """Deliver a batch again that arrived, and that its receiver lost: with the agency's next call."""
    client = find_client(code)
    with client_scope(client.pk):
        deliver_again(batch, reason=reason, at=clock.now(), by=who())
    typer.echo(f"The agency's next call brings batch {batch} as its next revision.")


def arrived(code: Annotated[str, Code], batch: Annotated[UUID, Id]) -> None:
    """Say that the file of a batch is with the agency."""
    _say(code, batch, there=True)
    typer.echo(f"Batch {batch} is delivered.")


def lost(code: Annotated[str, Code], batch: Annotated[UUID, Id]) -> None:
    """Say that the file of a batch did not arrive: the next call or handoff brings it anew."""
    _say(code, batch, there=False)
    typer.echo(f"Batch {batch} did not arrive: the agency's next call or the next handoff brings it anew.")


def _say(code: str, batch: UUID, *, there: bool) -> None:
    client = find_client(code)
    with client_scope(client.pk):
        line = find_batch(batch)
        settle_file(line.uuid, line.revision, arrived=there, at=clock.now(), by=who())
