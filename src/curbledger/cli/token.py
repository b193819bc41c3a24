"""The commands `curbledger token add`, `token list`, `token rotate` and `token revoke`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from curbledger.cli.inputs import Code, read_day, words
from curbledger.clients.client import find_client
from curbledger.clients.revoke import revoke_token
from curbledger.clients.rotate import MOST_HOURS
from curbledger.clients.token import ApiToken
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.permissions import TOKEN_PERMISSIONS
from curbledger.placements.token import open_token, renew_token

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client

app = typer.Typer(help="Tokens: what integrators and agencies call with.", no_args_is_help=True)


@app.command()
def add(
    code: Annotated[str, Code],
    name: Annotated[str, typer.Option(parser=words(200), metavar="TEXT", help="What the token is for.")],
    permission: Annotated[
        list[str],
        typer.Option(metavar="PERMISSION", help=f"Any of {', '.join(TOKEN_PERMISSIONS)}. May be repeated."),
    ],
    agency: Annotated[
        str | None,
        typer.Option(
            parser=words(200),
            metavar="TEXT",
            help="The agency it collects for; made if new. Default: the client's only one.",
        ),
    ] = None,
    expires: Annotated[
        date | None,
        typer.Option(parser=read_day, metavar="DATE", help="The day on which it ends. Default: never."),
    ] = None,
) -> None:
    """Make a token. It is printed once, alone on standard output, and kept nowhere."""
    client = find_client(code)
    at = clock.now()
    with client_scope(client.pk):
        ends = None if expires is None else clock.day_start(expires, client.zone)
        _, secret = open_token(client, name=name, permissions=permission, agency=agency, at=at, expires_at=ends)
    typer.echo(secret)


@app.command("list")
def list_tokens(code: Annotated[str, Code]) -> None:
    """List the client's tokens: what each may do, and when and from where it was last used."""
    client = find_client(code)
    at = clock.now()
    with client_scope(client.pk):
        tokens = list(ApiToken.objects.order_by("pk"))
    if not tokens:
        typer.echo(f"{client.code} has no token yet.")
    for token in tokens:
        typer.echo(f"{token.pk}  {token.name}: {', '.join(token.permissions)}; {_state(token, client, at)}")


@app.command()
def rotate(
    code: Annotated[str, Code],
    token: Annotated[int, typer.Argument(metavar="ID", help="As `token list` shows it.", show_default=False)],
    keep_hours: Annotated[
        int, typer.Option(min=0, max=MOST_HOURS, metavar="N", help="Hours for which the old secret still opens.")
    ] = 24,
) -> None:
    """Give a token another secret. It is printed once, alone on standard output, and kept nowhere."""
    client = find_client(code)
    with client_scope(client.pk):
        _, secret = renew_token(client, token, keep_hours=keep_hours, at=clock.now())
    typer.echo(secret)


@app.command()
def revoke(
    code: Annotated[str, Code],
    token: Annotated[int, typer.Argument(metavar="ID", help="As `token list` shows it.", show_default=False)],
) -> None:
    """Revoke a token: from now on it opens nothing."""
    client = find_client(code)
    with client_scope(client.pk):
        revoked = revoke_token(token, at=clock.now())
    typer.echo(f"Token {revoked.pk} ({revoked.name}) opens nothing any more.")


def _state(token: ApiToken, client: Client, at: datetime) -> str:
    parts = [f"made {_local(token.created_at, client)}"]
    if token.last_used_at is None:
        parts.append("never used")
    else:
        parts.append(f"last used {_local(token.last_used_at, client)} from {token.last_used_from or 'here'}")
    if token.replaces_id is not None:
        parts.append(f"after token {token.replaces_id}")
    if token.revoked_at is not None:
        parts.append(f"revoked {_local(token.revoked_at, client)}")
    elif token.expires_at is not None:
        parts.append(f"{'expired' if token.expires_at <= at else 'expires'} {_local(token.expires_at, client)}")
    return ", ".join(parts)


def _local(moment: datetime, client: Client) -> str:
    return f"{moment.astimezone(client.zone):%Y-%m-%d %H:%M}"
