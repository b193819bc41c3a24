"""The command `curbledger import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curbledger.cli.inputs import who
from curbledger.clients.client import find_client
from curbledger.importing.schema import Kind
from curbledger.kit import clock

if TYPE_CHECKING:
    from rich.progress import Progress

    from curbledger.importing.import_file import Imported

# Of the rejected rows, so many are told at once.
_SHOWN = 5


def import_(  # noqa: PLR0917  # Typer's options are positional ones.
    kind: Annotated[Kind, typer.Argument(help="What its rows are.", show_default=False)],
    file: Annotated[Path, typer.Argument(help="A CSV file, plain or gzipped.", show_default=False)],
    client: Annotated[str, typer.Option(help="The client's code, such as OC_TOMA.", show_default=False)],
    mapping: Annotated[Path, typer.Option(help="The TOML file that says what its columns mean.", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing, and say what would be done.")] = False,
    rejected: Annotated[
        Path | None, typer.Option(help="Where rejected rows go. By default NAME.rejected.csv beside the file.")
    ] = None,
) -> None:
    """Import a file: its good rows, once, however often it is run. The others are listed, each with its reason.

    docs/importing.md explains mappings; examples/ has some.
    """
    from curbledger.importing.import_file import import_file
    from curbledger.importing.mapping import load_mapping

    rules = load_mapping(mapping, kind)
    owner = find_client(client)
    with _progress() as progress:
        task = progress.add_task(f"Importing {kind.value}", total=file.stat().st_size if file.is_file() else None)
        done = import_file(
            owner,
            file,
            kind=kind,
            mapping=rules,
            at=clock.now(),
            by=who(),
            dry_run=dry_run,
            rejected_path=rejected,
            progress=lambda position: progress.update(task, completed=position),
        )
    _tell(done)


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _tell(done: Imported) -> None:
    if done.not_utf8_from is not None:
        typer.echo(
            f"The file is not UTF-8: from line {done.not_utf8_from} on it was read as Windows-1252 (Latin-1). "
            "If it is in something else, say so by `encoding` under [file] in the mapping.",
            err=True,
        )
    shown = done.examples[:_SHOWN]
    for line, reason in shown:
        typer.echo(f"line {line}: {reason}", err=True)
    if done.rejected > len(shown):
        typer.echo(f"and {done.rejected - len(shown)} more", err=True)
    if done.rejected_path is not None:
        typer.echo(f"Rejected rows are in {done.rejected_path}.", err=True)
    typer.echo(done.line)
