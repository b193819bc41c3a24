"""The commands `curbledger batch recall` and `curbledger batch new-cycle`: one, some, or all that fit."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from curbledger.cli import words
from curbledger.cli.inputs import Code, read_day, read_reason, who
from curbledger.clients.client import find_client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements.agency import pick_agency
from curbledger.placements.cycle import foresee_new_cycles, start_new_cycles
from curbledger.placements.recall import foresee_recall, recall
from curbledger.placements.selection import Selection
from curbledger.registry.pick import pick
from curbledger.violations.lists import Category, Location, Offence

if TYPE_CHECKING:
    from curbledger.registry.lookups import Lookup

_Reason = Annotated[str, typer.Option(parser=read_reason, metavar="TEXT", help="Why. The agency reads it.")]
_Tickets = Annotated[list[str] | None, typer.Option("--ticket", metavar="NUMBER", help="These tickets.")]
_Agency = Annotated[str | None, typer.Option(metavar="NAME", help="Which an agency of that name has.")]
_Batch = Annotated[UUID | None, typer.Option(metavar="ID", help="Of that batch.")]
_Offence = Annotated[str | None, typer.Option(metavar="NUMBER|NAME", help="For that offence.")]
_Place = Annotated[str | None, typer.Option(metavar="NUMBER|NAME", help="Written there.")]
_Category = Annotated[str | None, typer.Option(metavar="NUMBER|NAME", help="Of that category.")]
_Since = Annotated[date | None, typer.Option(parser=read_day, metavar="DATE", help="Issued on that day or later.")]
_Until = Annotated[date | None, typer.Option(parser=read_day, metavar="DATE", help="Issued on that day or earlier.")]
_Policy = Annotated[int | None, typer.Option(min=1, metavar="N", help="That this version of the policy let go.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing, and say how many fit.")]
_Expected = Annotated[
    int | None, typer.Option(min=0, metavar="N", help="As many as you have seen: with another number, nothing is done.")
]


def recall_many(  # noqa: PLR0917  # Typer's options are positional ones.
    code: Annotated[str, Code],
    reason: _Reason,
    ticket: _Tickets = None,
    agency: _Agency = None,
    batch: _Batch = None,
    offence: _Offence = None,
    place: _Place = None,
    category: _Category = None,
    since: _Since = None,
    until: _Until = None,
    policy: _Policy = None,
    outdated: Annotated[
        bool, typer.Option("--outdated", help="What the policy of today would keep back, and nothing else.")
    ] = False,
    dry_run: _DryRun = False,
    expected: _Expected = None,
) -> None:
    """Take placements back from their agency: those that fit all that is given, or none of them."""
    client = find_client(code)
    at = clock.now()
    with client_scope(client.pk):
        which = _selection(ticket, agency, batch, offence, place, category, since, until, policy, outdated=outdated)
        if dry_run:
            done = foresee_recall(client, which, at=at)
        else:
            done = recall(client, which, reason=reason, at=at, by=who(), expected=expected)
    typer.echo(f"{'Would recall' if dry_run else 'Recalled'} {words.heap(done.count, done.total, client)}.")


def new_cycle(  # noqa: PLR0917  # Typer's options are positional ones.
    code: Annotated[str, Code],
    reason: _Reason,
    ticket: _Tickets = None,
    agency: _Agency = None,
    batch: _Batch = None,
    offence: _Offence = None,
    place: _Place = None,
    category: _Category = None,
    since: _Since = None,
    until: _Until = None,
    policy: _Policy = None,
    dry_run: _DryRun = False,
    expected: _Expected = None,
) -> None:
    """Let recalled tickets go to collections once more, where the rule lets them: those that fit all that is given."""
    client = find_client(code)
    with client_scope(client.pk):
        which = _selection(ticket, agency, batch, offence, place, category, since, until, policy)
        if dry_run:
            count = foresee_new_cycles(client, which).count
        else:
            count = start_new_cycles(client, which, reason=reason, at=clock.now(), by=who(), expected=expected)
    them = "violation" if count == 1 else "violations"
    typer.echo(f"{'Would start' if dry_run else 'Started'} a new cycle for {count} {them}.")


def _selection(  # noqa: PLR0917  # in the order of the options
    tickets: list[str] | None,
    agency: str | None,
    batch: UUID | None,
    offence: str | None,
    place: str | None,
    category: str | None,
    since: date | None,
    until: date | None,
    policy: int | None,
    *,
    outdated: bool = False,
) -> Selection:
    """What was typed. In the client's scope. Raises Invalid for an entry of no list, NotFound for no agency."""
    return Selection(
        tickets=tuple(dict.fromkeys(tickets)) if tickets else None,
        batch=batch,
        agency_id=None if agency is None else pick_agency(agency).pk,
        offence_id=_entry(Offence, offence, "offence"),
        location_id=_entry(Location, place, "place"),
        category_id=_entry(Category, category, "category"),
        issued_from=since,
        issued_to=until,
        policy_version=policy,
        outdated=outdated,
    )


def _entry(model: type[Lookup], typed: str | None, name: str) -> int | None:
    if typed is None:
        return None
    return pick(model, int(typed) if typed.isascii() and typed.isdigit() else typed, field=name)
