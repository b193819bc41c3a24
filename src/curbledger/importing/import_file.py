"""Import a file: one transaction from its first row to its last.

An import that is broken off, by whatever, has done nothing, and is simply started again. A dry run is the same work,
rolled back. An agency that calls meanwhile gets none of the file or all of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, NoReturn

from django.db import IntegrityError
from django.utils.translation import gettext_noop

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.importing.cells import Form
from curbledger.importing.context import Context
from curbledger.importing.days import Days
from curbledger.importing.fault import BadFile
from curbledger.importing.growth import Growth
from curbledger.importing.lists import Lists
from curbledger.importing.payments import Payments, lock_debts
from curbledger.importing.people import People
from curbledger.importing.reader import Row, Table, open_table
from curbledger.importing.rejected import Rejected, beside
from curbledger.importing.said import Said
from curbledger.importing.schema import Kind
from curbledger.importing.verdict import ALREADY_THERE, IMPORTED, Loader, Verdict
from curbledger.importing.violations import Violations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from curbledger.importing.mapping import ImportMapping

# Enough that a statement's cost vanishes, little enough for flat memory.
_ROWS_AT_A_TIME = 4000
_ATTEMPTS = 4
EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file's rows.

    `examples` are the first rejected ones, each with its line and its reason. `not_utf8_from` is the line from which
    on the file was taken for Windows-1252, where the mapping does not say what it is in.
    """

    imported: int
    already_there: int
    rejected: int
    rejected_path: Path | None
    examples: tuple[tuple[int, Said], ...]
    not_utf8_from: int | None = None

    @property
    def line(self) -> str:
        """The line that every import ends with."""
        return f"imported {self.imported}, already there {self.already_there}, rejected {self.rejected}"


class _RolledBack(Exception):
    """No error: it leaves the scope of a dry run."""


def import_file(
    client: Client,
    path: Path,
    *,
    kind: Kind,
    mapping: ImportMapping,
    at: datetime,
    by: str,
    dry_run: bool = False,
    rejected_path: Path | None = None,
    progress: Callable[[int], None] = lambda _position: None,
) -> Imported:
    """Import every good row of the file, and list the others.

    A dry run changes nothing, and lists rejected rows only where `rejected_path` says so. `progress` is told how
    many of the file's bytes were read. Raises Invalid for a file that cannot be read or does not fit the mapping.
    """
    with open_table(path, mapping.file, progress) as table:
        lists_rejected = not dry_run or rejected_path is not None
        rejected = Rejected(rejected_path or beside(path), table.header, mapping.file) if lists_rejected else None
        tally = _Tally(rejected)
        try:
            with client_scope(client.pk):
                # One import of a client at a time: a second one of the same file waits here, and finds it there.
                client = Client.objects.select_for_update(no_key=True).get(pk=client.pk)
                context = _context(client, table, path, kind=kind, mapping=mapping, at=at, by=by)
                _load(table, context, tally, kind=kind, path=path)
                tally.close()
                if dry_run:
                    _roll_back()
        except _RolledBack:
            pass
        except BaseException:
            if rejected is not None:
                rejected.discard()
            raise
    done = tally.result(rejected.move() if rejected is not None else None)
    return replace(done, not_utf8_from=table.not_utf8_from)


def _roll_back() -> NoReturn:
    raise _RolledBack


def _context(
    client: Client, table: Table, path: Path, *, kind: Kind, mapping: ImportMapping, at: datetime, by: str
) -> Context:
    return Context(
        client=client,
        mapping=mapping,
        header=table.header,
        form=Form(mapping, kind, table.header, path),
        lists=Lists(client.pk, mapping.lists, at=at),
        days=Days(at, client.zone, date.fromisoformat(mapping.file.earliest)),
        by=by,
    )


def _load(table: Table, context: Context, tally: _Tally, *, kind: Kind, path: Path) -> None:
    loaders: dict[Kind, Callable[[Context], Loader]] = {
        Kind.VIOLATIONS: Violations,
        Kind.PEOPLE: People,
        Kind.PAYMENTS: Payments,
    }
    if kind is Kind.PAYMENTS:
        with open_table(path, context.mapping.file) as first_look:
            lock_debts(context, first_look.rows())
    loader = loaders[kind](context)
    growth = Growth()
    rows = table.rows()
    while batch := list(islice(rows, _ROWS_AT_A_TIME)):
        verdicts = _load_batch(loader, batch, context.client)
        tally.count(batch, verdicts)
        growth.note(sum(verdict is IMPORTED for verdict in verdicts))


def _load_batch(loader: Loader, rows: Sequence[Row], client: Client) -> list[Verdict]:
    """Load some rows in a savepoint.

    What is there is looked up before what is missing is written; somebody at a counter, or an integration, may write
    the same vehicle or make in between. The constraint refuses the second one, and then this looks again.
    """
    fault = ""
    for _ in range(_ATTEMPTS):
        try:
            with client_scope(client.pk):
                return loader.load(rows)
        except IntegrityError as error:
            fault = str(error).split("\n", maxsplit=1)[0]
            loader.forget()
    text = gettext_noop("Lines {first} to {last} cannot be imported beside what is there: {fault}.")
    raise BadFile(Said(text, {"first": rows[0].line, "last": rows[-1].line, "fault": fault}))


class _Tally:
    """Counts verdicts, and lists what is rejected."""

    def __init__(self, rejected: Rejected | None) -> None:
        self._rejected = rejected
        self._counts: Counter[str] = Counter()
        self._examples: list[tuple[int, Said]] = []

    def count(self, rows: Sequence[Row], verdicts: Sequence[Verdict]) -> None:
        for row, verdict in zip(rows, verdicts, strict=True):
            self._counts[verdict.kind] += 1
            if verdict.reason is not None:
                if len(self._examples) < EXAMPLES:
                    self._examples.append((row.line, verdict.reason))
                if self._rejected is not None:
                    self._rejected.add(row, str(verdict.reason))

    def close(self) -> None:
        """Nothing more comes: the list is safe on disk before the rows are."""
        if self._rejected is not None:
            self._rejected.close()

    def result(self, rejected_path: Path | None) -> Imported:
        imported, there = self._counts[IMPORTED.kind], self._counts[ALREADY_THERE.kind]
        return Imported(
            imported=imported,
            already_there=there,
            rejected=self._counts.total() - imported - there,
            rejected_path=rejected_path,
            examples=tuple(self._examples),
        )
