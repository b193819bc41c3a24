"""The commands, put together."""

from __future__ import annotations

from typing import Any

import typer
from django.db import Error
from psycopg.errors import UndefinedColumn, UndefinedFunction, UndefinedTable
from typer.core import TyperGroup

from curbledger import __version__
from curbledger.cli import (
    agency,
    backup,
    batch,
    batches,
    client,
    demo,
    doctor,
    explain,
    handing,
    hold,
    importing,
    late_fee,
    migrate,
    notice,
    payment,
    policy,
    preview,
    recalling,
    report,
    restore,
    retention,
    serve,
    token,
    user,
    work,
)
from curbledger.cli.inputs import who
from curbledger.database.actor import Actor, acting
from curbledger.errors import CurbledgerError

_OTHER_TABLES = (UndefinedTable, UndefinedColumn, UndefinedFunction)


class Commands(TyperGroup):
    """Ends with one clear line, and 1, where a command raises what the person who typed it can mend."""

    def invoke(self, ctx: Any) -> object:  # noqa: ANN401  # Typer keeps the type to itself.
        try:
            with acting(Actor.COMMAND, who()):
                return super().invoke(ctx)
        except Error as error:
            message = _describe(error)
        except CurbledgerError as error:
            message = error.message
        except BrokenPipeError:
            # Whoever read the output has seen enough; Click knows what to do.
            raise
        except OSError as error:
            message = f"{error.filename or 'The system'}: {error.strerror or error}."
        typer.echo(f"Error: {message}", err=True)
        raise typer.Exit(1)


app = typer.Typer(
    name="curbledger",
    cls=Commands,
    help="A parking controller that anyone can host.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(serve.serve)
app.command()(work.work)
app.command()(migrate.migrate)
app.command()(demo.demo)
app.command()(explain.explain)
app.command()(doctor.doctor)
app.command("import")(importing.import_)
app.command()(preview.preview)
app.command()(batches.batches)
app.command("hand-over")(handing.hand_over)
app.command()(report.report)
app.command()(backup.backup)
app.command()(restore.restore)
client.app.command("retention")(retention.set_retention)
batch.app.command()(handing.again)
batch.app.command()(handing.arrived)
batch.app.command()(handing.lost)
batch.app.command("recall")(recalling.recall_many)
batch.app.command("new-cycle")(recalling.new_cycle)
app.add_typer(client.app, name="client")
app.add_typer(agency.app, name="agency")
app.add_typer(token.app, name="token")
app.add_typer(policy.app, name="policy")
app.add_typer(payment.app, name="payment")
app.add_typer(hold.app, name="hold")
app.add_typer(notice.app, name="notice")
app.add_typer(late_fee.app, name="late-fee")
app.add_typer(batch.app, name="batch")
app.add_typer(user.app, name="user")
app.add_typer(retention.app, name="retention")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"curbledger {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Show the version."),
) -> None:
    """A parking controller that anyone can host."""


def _describe(error: Error) -> str:
    if isinstance(error.__cause__, _OTHER_TABLES):
        return "The database has no tables yet, or those of another version. Run `curbledger migrate` first."
    first = str(error).strip().split("\n")[0]
    return f"The database refused or did not answer: {first}"
