"""What the audit costs: a claim, payments and an import, with its triggers and without them, in turns."""

from __future__ import annotations

import csv
import itertools
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import psutil
from django.db import connection

from benchmarks.claiming import forget, timed_claim
from benchmarks.table import Table, median, say, seconds
from benchmarks.town import OVERDUE, Town
from curbledger.clients.audit_entry import AuditEntry
from curbledger.database.audit import drop_triggers, install_triggers
from curbledger.database.scope import client_scope
from curbledger.importing.import_file import import_file
from curbledger.importing.mapping import read_mapping
from curbledger.importing.schema import Kind
from curbledger.kit import clock
from curbledger.violations.models import Violation
from curbledger.violations.payment import record_payment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.installation import Installation
    from curbledger.clients.client import Client

RECORDS = 20_000
RUNS = 5
_TEMPLATE = 2000
_PAYMENTS = 1000
_MAPPING = """
[fields]
ticket = { column = "number", prefix = "%s-" }
issued = "issued"
due = { days_after_issue = 20 }
fine = "fine"
plate = "plate"
make = "make"
offence = "offence"
"""


def run(house: Installation, *, records: int | None, runs: int | None, **_: object) -> list[Table]:
    """Each so many times, with the triggers and without in turns: what else the machine does meets both."""
    count = records or RECORDS
    town = Town(house, violations=min(count, _TEMPLATE), overdue=min(count, _TEMPLATE))
    town.grow(OVERDUE, count - min(count, _TEMPLATE))
    path = _write(house.home / "tickets.csv", count)
    client = town.client
    payments = min(count, _PAYMENTS)
    payments = min(count, _PAYMENTS)
    works: dict[str, tuple[int, Callable[[], float]]] = {
        "payments, by `record_payment`, one after another": (payments, lambda: _pay(client, payments)),
        "an import of violations": (count, lambda: _import(client, path)),
        # Last: what was claimed has to be put back.
        "a claim, to its commit": (count, lambda: _claim(client)),
    }
    found: dict[tuple[str, bool], list[_Took]] = {}
    entries: dict[str, int] = {}
    for number, audited in itertools.product(range(runs or RUNS), (True, False)):
        say(f"audit: run {number + 1}, {'with' if audited else 'without'} triggers")
        with _triggers(on=audited):
            house.tidy()
            for name, (_many, work) in works.items():
                before = _entries(client)
                worked = _backend_seconds()
                took = work()
                found.setdefault((name, audited), []).append(_Took(took, _backend_seconds() - worked))
                if audited:
                    entries[name] = _entries(client) - before
        with _triggers(on=False):
            forget(house, client)
    return [_table(works, found, entries)]


@dataclass(frozen=True)
class _Took:
    """Seconds of the whole, and those for which the database's own process was at work."""

    whole: float
    database: float


def _backend_seconds() -> float:
    """Processor time of the process that this connection talks to; 0 where it is on another machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


@contextmanager
def _triggers(*, on: bool) -> Iterator[None]:
    if not on:
        drop_triggers()
    try:
        yield
    finally:
        install_triggers()


def _claim(client: Client) -> float:
    claimed, took = timed_claim(client)
    if claimed == 0:
        raise RuntimeError("nothing was claimed")
    return took


def _pay(client: Client, count: int) -> float:
    with client_scope(client.pk):
        tickets = list(Violation.objects.filter(balance__gt=10).order_by("pk").values_list("ticket", flat=True)[:count])
    began = time.perf_counter()
    for ticket in tickets:
        with client_scope(client.pk):
            record_payment(
                client, ticket, amount=Decimal("0.01"), at=clock.now(), by="benchmark", reference=uuid.uuid4().hex
            )
    return time.perf_counter() - began


def _import(client: Client, path: Path) -> float:
    """All of it, then taken back: the next run finds as many tickets."""
    mapping = read_mapping(_MAPPING % uuid.uuid4().hex[:8], Kind.VIOLATIONS)
    began = time.perf_counter()
    done = import_file(
        client, path, kind=Kind.VIOLATIONS, mapping=mapping, at=clock.now(), by="benchmark", dry_run=True
    )
    took = time.perf_counter() - began
    if done.rejected:
        raise RuntimeError(f"{done.rejected} rows were rejected")
    return took


def _entries(client: Client) -> int:
    with client_scope(client.pk):
        return AuditEntry.objects.count()


def _write(path: Path, count: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number", "issued", "fine", "plate", "make", "offence"])
        for number in range(count):
            day = f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}"
            writer.writerow(
                [number, day, "45.00", f"B{number % 9000:05}", f"Make {number % 40}", f"Rule {number % 30}"]
            )
    return path


def _table(
    works: dict[str, tuple[int, Callable[[], float]]],
    found: dict[tuple[str, bool], list[_Took]],
    entries: dict[str, int],
) -> Table:
    rows = []
    for name, (count, _work) in works.items():
        audited, bare = (median([one.whole for one in found[name, on]]) for on in (True, False))
        cost, free = (median([one.database for one in found[name, on]]) for on in (True, False))
        more = f"{cost / free - 1:+.0%}" if free else ""
        left = "—" if name.startswith("an import") else f"{entries[name]:,}"
        times = (seconds(audited), seconds(bare), seconds(cost), seconds(free))
        rows.append((name, f"{count:,}", *times, more, left))
    return Table(
        "What the audit costs",
        ("what", "rows", "with triggers", "without", "of it PostgreSQL's processor", "without", "more", "entries"),
        rows,
        (
            "With the triggers and without in turns, on the same rows; the median of each.",
            "`more` compares processor time of the database's process: what else the machine does is not in it.",
            "A claim leaves no entry: its placements say what went, and the mark says no more.",
            "The import is taken back after it was timed, and its entries with it: one for each statement.",
        ),
    )
