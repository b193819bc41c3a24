"""The handoff beside what people would write instead: the same records, the same JSON, the same tables."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.claiming import forget, timed_claim, wait_until_delivered
from benchmarks.installation import CODE, Installation, address
from benchmarks.rivals.alchemy import Alchemy
from benchmarks.rivals.check import check
from benchmarks.rivals.raw import copy_tables
from benchmarks.rivals.rest import Rest
from benchmarks.rivals.statement import Statement
from benchmarks.table import Table, aim, median, rate, say, seconds
from curbledger.clients.client import find_client
from curbledger.database.scope import client_scope
from curbledger.violations.models import Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.server import Sent
    from curbledger.clients.client import Client

RECORDS = 20_000
RUNS = 3
_CHUNK = 1000
_SAMPLE = 400

_OURS = "Curbledger, the whole call over HTTP"
_REST = "(a) Django REST framework, nested serializers, prefetch"
_ALCHEMY = "(b) SQLAlchemy 2 `selectinload`, pydantic 2"
_STATEMENT = "(c) one nested `row_to_json` statement"
_COPY = "(d) raw COPY of the six tables, no JSON"
_JSON = "`json.loads` and `json.dumps` of the answer"


@dataclass
class _Measured:
    """Seconds of each run, by what ran."""

    size: int = 0
    answers: list[Sent] = field(default_factory=list)
    claims: list[float] = field(default_factory=list)
    others: dict[str, list[float]] = field(default_factory=dict)

    def of(self, name: str) -> float:
        return median([sent.whole for sent in self.answers] if name == _OURS else self.others[name])


def run(house: Installation, *, records: int | None, runs: int | None, **_: object) -> list[Table]:
    """Measure all of them in turn, so many times."""
    count = records or RECORDS
    say(f"handoff: filling a town with {count} overdue violations")
    house.run("demo", CODE, "--violations", str(count), "--overdue", str(count))
    client = find_client(CODE)
    house.tidy()
    return [_table(count, _measure(house, client, runs or RUNS))]


def _measure(house: Installation, client: Client, runs: int) -> _Measured:

    server, token = house.serve(workers=1), house.token()
    ids = _overdue(client)
    measured = _Measured()
    alchemy = Alchemy(client.zone, address(), client.pk)
    ways = _ways(client, alchemy)
    say("handoff: checking that all print the same records")
    body = server.fetch(CODE, token)
    wait_until_delivered(client)
    measured.size = len(body)
    _check(client, body, ids[:_SAMPLE], ways)
    for number in range(runs):
        forget(house, client)
        say(f"handoff: run {number + 1} of {runs}")
        measured.answers.append(server.collect(CODE, token))
        wait_until_delivered(client)
        if measured.answers[-1].records != len(ids):
            raise RuntimeError(f"{measured.answers[-1].records} records came, not {len(ids)}")
        forget(house, client)
        measured.claims.append(timed_claim(client)[1])
        measured.others.setdefault(_JSON, []).append(_stopwatch(lambda: json.dumps(json.loads(body))))
        for name, way in ways.items():
            measured.others.setdefault(name, []).append(_in_chunks(client, ids, way))
    alchemy.close()
    return measured


def _ways(client: Client, alchemy: Callable[[Sequence[int]], bytes]) -> dict[str, Callable[[Sequence[int]], object]]:

    return {_COPY: copy_tables, _STATEMENT: Statement(client.zone), _ALCHEMY: alchemy, _REST: Rest(client.zone)}


def _in_chunks(client: Client, ids: Sequence[int], way: Callable[[Sequence[int]], object]) -> float:
    """Seconds for all records, a thousand at a time. Each chunk's bytes are dropped."""
    began = time.perf_counter()
    for start in range(0, len(ids), _CHUNK):
        with client_scope(client.pk):
            way(ids[start : start + _CHUNK])
    return time.perf_counter() - began


def _stopwatch(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _overdue(client: Client) -> list[int]:

    with client_scope(client.pk):
        return list(Violation.objects.order_by("pk").values_list("pk", flat=True))


def _check(client: Client, body: bytes, ids: Sequence[int], ways: dict[str, Callable[[Sequence[int]], object]]) -> None:

    wanted = set(ids)
    ours = [record for record in json.loads(body)["records"] if record["ViolationID"] in wanted]
    with client_scope(client.pk):
        rivals = {name: way(ids) for name, way in ways.items() if name != _COPY}
        plain = Violation.objects.filter(pk__in=ids, paid_total=0, fees_total=0, discounts_total=0)
        untouched = set(plain.values_list("pk", flat=True))
    printed = {name: text for name, text in rivals.items() if isinstance(text, bytes)}
    check(json.dumps(ours).encode(), printed, plain=untouched)


def _table(count: int, measured: _Measured) -> Table:
    ours = measured.of(_OURS)
    rows = []
    for name in (_OURS, _COPY, _JSON, _STATEMENT, _ALCHEMY, _REST):
        took = measured.of(name)
        size = measured.size / took / 1e6
        ratio = "" if name == _OURS else f"{took / ours:.1f}"
        rows.append((name, seconds(took), rate(count, took), "" if name == _COPY else f"{size:.0f}", ratio))
    first = median([sent.first_byte for sent in measured.answers])
    claim = median(measured.claims)
    return Table(
        f"Handoff of {count:,} records, {measured.size / 1e6:.0f} MB",
        ("way", "time", "records/s", "MB/s", "times ours"),
        rows,
        (
            "The whole call: claim, placements, printing, chunks stored and committed, delivery, the end acknowledged.",
            f"Of it the claim alone: {seconds(claim)}. First byte after {seconds(first)}.",
            aim("At least 15 times (a)", reached=measured.of(_REST) >= 15 * ours),
            aim("At least 10 times (b)", reached=measured.of(_ALCHEMY) >= 10 * ours),
            aim("At least as fast as (c)", reached=measured.of(_STATEMENT) >= ours),
            aim("At most half of the time of `json.loads` and `json.dumps`", reached=measured.of(_JSON) >= 2 * ours),
        ),
    )
