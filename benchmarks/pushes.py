"""Pushes beside a bare insert with the same durable commit: payments by their verb, permits over HTTP."""

from __future__ import annotations

import http.client
import itertools
import json
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import connection, connections

from benchmarks.installation import CODE, Installation, address
from benchmarks.table import Table, aim, median, rate, say
from benchmarks.town import Town
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.violations.models import Violation
from curbledger.violations.payment import record_payment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.queues import Queue

    from curbledger.clients.client import Client

CALLERS = 8
EACH = 200
RUNS = 3
_AIM = 0.6
_TEMPLATE = 2000
_PATIENCE = 600.0

_BARE = "bare psycopg insert"
_BARE_BY_CLIENT = "bare psycopg insert of a payment, in the client's scope"
_PAYMENT = "payment, by `record_payment`"
_PERMIT = "permit, by `permits/push` over HTTP"


@dataclass(frozen=True)
class Run:
    """Seconds of the whole, and of each push."""

    whole: float
    each: Sequence[float]


def run(house: Installation, *, records: int | None, runs: int | None, **_: object) -> list[Table]:
    """Eight callers at once, so many pushes each. `records` replaces that number."""
    count = records or EACH
    town = Town(house, violations=_TEMPLATE, overdue=_TEMPLATE)
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        (durable,) = cursor.fetchone()
        cursor.execute("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, said text NOT NULL)")
    found: dict[str, list[Run]] = {}
    server = house.serve(workers=2)
    token = house.token("permit-create")
    for number in range(runs or RUNS):
        say(f"pushes: run {number + 1}")
        found.setdefault(_BARE, []).append(_together(_Bare().insert, count))
        tickets = _tickets(town.client)
        found.setdefault(_BARE_BY_CLIENT, []).append(_together(_Bare(town.client.pk).pay(tickets), count))
        found.setdefault(_PAYMENT, []).append(_together(_payments(town.client), count))
        found.setdefault(_PERMIT, []).append(permits(server.port, token, count))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bare")
    return [_table(found, count, durable)]


def permits(port: int, token: str, count: int) -> Run:
    """Each caller pushes so many permits to the server on that port."""
    return _together(_Caller(port, token).push, count)


def _together(push: Callable[[int], None], count: int) -> Run:
    """All callers at once, each a process. The first push of each is left out: it opens connections."""
    # Forked, so that each has what was prepared for it. None may share a connection with this process.
    connections.close_all()
    context = get_context("fork")
    gate = context.Barrier(CALLERS + 1)
    took: Queue[list[float]] = context.Queue()

    def work(caller: int) -> None:
        push(caller)
        gate.wait()
        each = []
        for _ in range(count):
            began = time.perf_counter()
            push(caller)
            each.append(time.perf_counter() - began)
        took.put(each)

    callers = [context.Process(target=work, args=(caller,), daemon=True) for caller in range(CALLERS)]
    for caller in callers:
        caller.start()
    gate.wait(_PATIENCE)
    began = time.perf_counter()
    each = [one for _ in callers for one in took.get(timeout=_PATIENCE)]
    whole = time.perf_counter() - began
    for caller in callers:
        caller.join()
    return Run(whole, each)


class _Bare:
    """A psycopg connection for whichever caller this process is."""

    def __init__(self, client_id: int | None = None) -> None:
        self._client_id = client_id
        self._address = address()

    @cached_property
    def _connection(self) -> psycopg.Connection[Any]:
        return psycopg.connect(**self._address)

    def insert(self, _caller: int) -> None:
        """One row, one commit."""
        with self._connection.transaction():
            self._connection.execute("INSERT INTO bare (said) VALUES (%s)", ["x" * 100])

    def pay(self, tickets: Sequence[tuple[int, str]]) -> Callable[[int], None]:
        """One payment and its total on the ticket's row, with the client set, and nothing that the verb decides."""
        turns = [itertools.cycle(tickets[caller::CALLERS]) for caller in range(CALLERS)]

        def push(caller: int) -> None:
            one = self._connection
            violation, _ = next(turns[caller])
            with one.transaction():
                one.execute("SELECT set_config('curbledger.client_id', %s, true)", [str(self._client_id)])
                one.execute(
                    "INSERT INTO payment (client_id, violation_id, amount, recorded_by, paid_at, method, reference) "
                    "VALUES (%s, %s, 0.01, 'bare', now(), '', %s)",
                    [self._client_id, violation, uuid.uuid4().hex],
                )

        return push


def _tickets(client: Client) -> list[tuple[int, str]]:
    with client_scope(client.pk):
        found = Violation.objects.filter(balance__gt=10).order_by("pk").values_list("pk", "ticket")
        return list(found)


def _payments(client: Client) -> Callable[[int], None]:
    """Payments of a cent with a reference each, as an operator's system sends them: never two callers on one ticket."""
    tickets = _tickets(client)
    turns = [itertools.cycle(tickets[caller::CALLERS]) for caller in range(CALLERS)]

    def push(caller: int) -> None:
        _, ticket = next(turns[caller])
        with client_scope(client.pk):
            record_payment(
                client, ticket, amount=Decimal("0.01"), at=clock.now(), by="benchmark", reference=uuid.uuid4().hex
            )

    return push


class _Caller:
    """An HTTP connection, kept open as an integrator's is."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._token = token

    def push(self, _caller: int) -> None:
        """A permit for a plate of its own."""
        now = clock.now()
        body = {
            "apiToken": self._token,
            "plate": uuid.uuid4().hex[:12],
            "StartDateUtc": f"{now:%Y-%m-%dT%H:%M:%S}",
            "EndDateUtc": f"{now + timedelta(hours=2):%Y-%m-%dT%H:%M:%S}",
        }
        one = self._connection
        one.request("POST", f"/api/{CODE}/v1/permits/push", json.dumps(body), {"Content-Type": "application/json"})
        response = one.getresponse()
        said = response.read()
        if response.status != http.client.OK:
            raise RuntimeError(f"permits/push answered {response.status}: {said!r}")


def _table(found: dict[str, list[Run]], count: int, durable: str) -> Table:
    pushes = CALLERS * count
    took = {name: median([one.whole for one in runs]) for name, runs in found.items()}
    rows = []
    for name, runs in found.items():
        each = sorted(itertools.chain.from_iterable(one.each for one in runs))
        rows.append(
            (
                name,
                rate(pushes, took[name]),
                f"{took[_BARE] / took[name]:.0%}",
                f"{median(each) * 1000:.1f} ms",
                f"{each[int(len(each) * 0.99)] * 1000:.1f} ms",
            )
        )
    return Table(
        f"Pushes, {CALLERS} callers at once",
        ("what", "a second", "of the bare rate", "median", "99th percentile"),
        rows,
        (
            (
                f"Every push is one commit with `synchronous_commit` {durable}. Each caller is a process. Callers, "
                "server and database share the machine."
            ),
            aim(f"A payment at {_AIM:.0%} of the bare rate", reached=took[_BARE] >= _AIM * took[_PAYMENT]),
            aim(
                f"A payment at {_AIM:.0%} of a bare insert into its own table",
                reached=took[_BARE_BY_CLIENT] >= _AIM * took[_PAYMENT],
            ),
            aim(f"A permit at {_AIM:.0%} of the bare rate", reached=took[_BARE] >= _AIM * took[_PERMIT]),
        ),
    )
