"""The commands, put together."""

from __future__ import annotations

import typer
from django.db import Error

from curbledger import __version__
from curbledger.cli import client, demo, doctor, explain, hold, migrate, payment, serve, token
from curbledger.errors import DatabaseUnavailable

app = typer.Typer(
    name="curbledger",
    help="A parking controller that anyone can host.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(serve.serve)
app.command()(migrate.migrate)
app.command()(demo.demo)
app.command()(explain.explain)
app.command()(doctor.doctor)
app.add_typer(client.app, name="client")
app.add_typer(token.app, name="token")
app.add_typer(payment.app, name="payment")
app.add_typer(hold.app, name="hold")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"curbledger {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Show the version."),
) -> None:
    """A parking controller that anyone can host."""


def run() -> None:
    """Run the command that was typed. Raises CurbledgerError with a line for the person who typed it."""
    try:
        app()
    except Error as error:
        raise DatabaseUnavailable(_describe(error)) from error


def _describe(error: Error) -> str:
    first = str(error).strip().split("\n")[0]
    if "does not exist" in first and "relation" in first:
        return "The database has no tables yet. Run `curbledger migrate` first."
    return f"The database refused or did not answer: {first}"
