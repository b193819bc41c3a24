"""The command `curbledger token add`."""

from __future__ import annotations

from typing import Annotated

import typer

from curbledger.cli.inputs import Code, words
from curbledger.clients.client import find_client
from curbledger.clients.token import make_token
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.permissions import TOKEN_PERMISSIONS, Permission
from curbledger.placements.agency import bind_token, name_agency

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
