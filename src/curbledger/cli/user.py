"""The commands `curbledger user add`, `user list`, `user password` and `user disable`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from curbledger.cli.inputs import words
from curbledger.clients.client import find_client
from curbledger.clients.membership import Membership, join, read_role
from curbledger.clients.user import User, find_user, make_user, set_password, switch_user
from curbledger.database.scope import all_or_nothing
from curbledger.errors import Invalid
from curbledger.kit import clock
from curbledger.permissions import Role

app = typer.Typer(help="Users: who signs in to the staff pages.", no_args_is_help=True)

_ROLES = ", ".join(Role)
Email = typer.Argument(help="The e-mail address they sign in with.", metavar="EMAIL", show_default=False)
FromStdin = typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it.")


def _read_role(text: str) -> Role:
    try:
        return read_role(text)
    except Invalid as error:
        raise typer.BadParameter(error.message) from None


@app.command()
def add(  # noqa: PLR0917  # Typer calls it by name
    email: Annotated[str, Email],
    client: Annotated[
        str | None, typer.Option(metavar="CODE", help="The client they work for, such as OC_TOMA.")
    ] = None,
    role: Annotated[
        Role | None, typer.Option(parser=_read_role, metavar="ROLE", help=f"What they are there: {_ROLES}.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(parser=words(200), metavar="TEXT", help="Their name. Default: their address.")
    ] = None,
    system_administrator: Annotated[
        bool, typer.Option("--system-administrator", help="Belongs to no client, and picks one after signing in.")
    ] = False,
    password_stdin: Annotated[bool, FromStdin] = False,
) -> None:
    """Let somebody sign in: as a member of one client, or as a system administrator."""
    if not (client is None) == (role is None) == system_administrator:
        raise typer.BadParameter("Say --client and --role, or --system-administrator.")
    where = None if client is None else find_client(client)
    password = _read_password(email, from_stdin=password_stdin)
    at = clock.now()
    with all_or_nothing():
        made = make_user(
            email=email, password=password, at=at, name=name or "", system_administrator=system_administrator
        )
        if where is not None and role is not None:
            join(made, where, role=role, at=at)
    what = "system administrator" if where is None else f"{role} at {where.code}"
    typer.echo(f"{made.email} signs in as {what}.")


@app.command("list")
def list_(
    client: Annotated[str | None, typer.Option(metavar="CODE", help="Only members of this client.")] = None,
) -> None:
    """Show who signs in."""
    where = None if client is None else find_client(client)
    members = {member.user_id: member for member in Membership.objects.select_related("client")}
    table = Table("e-mail", "name", "client", "role", "last sign-in", "state")
    for user in User.objects.order_by("email"):
        member = members.get(user.pk)
        if where is not None and (member is None or member.client_id != where.pk):
            continue
        table.add_row(
            user.email,
            user.name,
            member.client.code if member else "every one" if user.is_system_administrator else "",
            member.role if member else "system administrator" if user.is_system_administrator else "",
            f"{user.last_login:%Y-%m-%d %H:%M} UTC" if user.last_login else "never",
            "" if user.is_active else "disabled",
        )
    Console().print(table)


@app.command()
def password(email: Annotated[str, Email], password_stdin: Annotated[bool, FromStdin] = False) -> None:
    """Give somebody another password. Their sessions end."""
    user = find_user(email)
    set_password(user, _read_password(email, from_stdin=password_stdin))
    with all_or_nothing():
        user.save(update_fields=["password"])
    typer.echo(f"{user.email} has another password.")


@app.command()
def disable(
    email: Annotated[str, Email],
    undo: Annotated[bool, typer.Option("--undo", help="Let them sign in again.")] = False,
) -> None:
    """Keep somebody out, at once. What they did stays in the records."""
    user = find_user(email)
    with all_or_nothing():
        switch_user(user, active=undo)
    typer.echo(f"{user.email} {'signs in again' if undo else 'cannot sign in any more'}.")


def _read_password(email: str, *, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt(f"Password for {email}", hide_input=True, confirmation_prompt=True))
