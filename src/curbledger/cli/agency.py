"""The commands `curbledger agency add`, `list`, `change` and `assign`."""

from __future__ import annotations

from typing import Annotated

import typer

from curbledger.cli.inputs import Code, words
from curbledger.clients.client import Client, find_client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements.agency import Agency, AgencyCategory, pick_agency
from curbledger.placements.assign import add_agency, assign_categories, change_agency, nobodys
from curbledger.registry.pick import pick
from curbledger.violations.lists import Category

app = typer.Typer(help="Agencies: who receives what is overdue.", no_args_is_help=True)
Name = typer.Argument(help="The agency's name.", metavar="NAME", show_default=False)
_NONE = "none"


@app.command()
def add(
    code: Annotated[str, Code],
    name: Annotated[str, typer.Option(parser=words(200), metavar="TEXT", help="What it is called.")],
    assigned_only: Annotated[
        bool, typer.Option("--assigned-only", help="It takes only the categories that are kept for it.")
    ] = False,
) -> None:
    """Make an agency. A token lets it call."""
    client = find_client(code)
    with client_scope(client.pk):
        made = add_agency(client.pk, name=name, assigned_only=assigned_only, at=clock.now())
        typer.echo(f"Made agency {made.name}.")
        _warn(client)


@app.command("list")
def list_(code: Annotated[str, Code]) -> None:
    """List the client's agencies, and what is kept for each."""
    client = find_client(code)
    with client_scope(client.pk):
        kept: dict[int, list[str]] = {}
        for one in AgencyCategory.objects.select_related("category").order_by("category__number"):
            kept.setdefault(one.agency_id, []).append(f"{one.category.number} {one.category.name}")
        agencies = list(Agency.objects.order_by("id"))
        for agency in agencies:
            takes = "only what is kept for it" if agency.assigned_only else "what is kept for nobody, too"
            typer.echo(f"{agency.name}: takes {takes}; kept for it: {', '.join(kept.get(agency.pk, [])) or _NONE}")
        if not agencies:
            typer.echo(f"{client.code} has no agency yet.", err=True)
        _warn(client)


@app.command()
def change(
    code: Annotated[str, Code],
    agency: Annotated[str, Name],
    name: Annotated[
        str | None, typer.Option(parser=words(200), metavar="TEXT", help="What it is called from now on.")
    ] = None,
    assigned_only: Annotated[
        bool | None,
        typer.Option("--assigned-only/--no-assigned-only", help="Whether it takes only what is kept for it."),
    ] = None,
) -> None:
    """Call an agency something else, or say what it takes."""
    client = find_client(code)
    with client_scope(client.pk):
        changed = change_agency(pick_agency(agency).pk, name=name, assigned_only=assigned_only)
        typer.echo(
            f"Agency {changed.name} takes {'only' if changed.assigned_only else 'not only'} what is kept for it."
        )
        _warn(client)


@app.command()
def assign(
    code: Annotated[str, Code],
    category: Annotated[
        int, typer.Argument(metavar="NUMBER", help="The category's number in the client's list.", show_default=False)
    ],
    agency: Annotated[
        str,
        typer.Argument(metavar="NAME|none", help="The agency's name; none: whoever calls first.", show_default=False),
    ],
) -> None:
    """Keep a category of tickets for one agency, or for none."""
    client = find_client(code)
    with client_scope(client.pk):
        key = pick(Category, category, field="category")
        found = None if agency.lower() == _NONE else pick_agency(agency)
        now = AgencyCategory.objects.filter(category_id=key).values_list("agency_id", flat=True).first()
        assign_categories(client.pk, seen={key: now}, wanted={key: None if found is None else found.pk})
        typer.echo(f"Category {category} is kept for {'nobody' if found is None else found.name}.")
        _warn(client)


def _warn(client: Client) -> None:
    """Say what no agency would take. In the client's scope."""
    left = [name or "tickets of no category" for name in nobodys()]
    if left:
        typer.echo(f"Warning: no agency of {client.code} takes {', '.join(left)}: they wait for ever.", err=True)
