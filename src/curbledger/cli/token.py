"""The commands `curbledger token add`, `token list` and `token revoke`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from curbledger.cli.inputs import Code, words
from curbledger.clients.client import find_client
from curbledger.clients.revoke import revoke_token
from curbledger.clients.token import ApiToken, make_token
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.permissions import TOKEN_PERMISSIONS, Permission
from curbledger.placements.agency import bind_token, name_agency

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
) -> None:
    """Make a token. It is printed once, alone on standard output, and kept nowhere."""
    client = find_client(code)
    at = clock.now()
    with client_scope(client.pk):
        token, secret = make_token(client, name=name, permissions=permission, at=at)
        collects = any(TOKEN_PERMISSIONS[one] is Permission.VIOLATIONS_COLLECT for one in token.permissions)
        if collects or agency is not None:
            found = name_agency(client_id=client.pk, name=agency, at=at)
            bind_token(client_id=client.pk, token_id=token.pk, agency=found)
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
    if token.revoked_at is not None:
        parts.append(f"revoked {_local(token.revoked_at, client)}")
    elif token.expires_at is not None:
        parts.append(f"{'expired' if token.expires_at <= at else 'expires'} {_local(token.expires_at, client)}")
    return ", ".join(parts)


def _local(moment: datetime, client: Client) -> str:
    return f"{moment.astimezone(client.zone):%Y-%m-%d %H:%M}"
