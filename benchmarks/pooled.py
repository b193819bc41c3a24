"""Several application processes on one PostgreSQL, through PgBouncer in transaction mode."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from benchmarks.claiming import forget, wait_until_delivered
from benchmarks.installation import CODE, Installation, address
from benchmarks.pushes import CALLERS, permits
from benchmarks.table import Table, median, rate, say, seconds
from benchmarks.town import OVERDUE, Town
from tools.pgbouncer import pgbouncer, program

if TYPE_CHECKING:
    from benchmarks.server import Server

RECORDS = 5000
RUNS = 3
PROCESSES = (1, 2, 4)
_PERMITS = 50
_TEMPLATE = 2000


def run(house: Installation, *, records: int | None, runs: int | None, **_: object) -> list[Table]:
    """Permits and handoffs with one, two and four server processes."""
    title = "Several processes on one PostgreSQL, through PgBouncer in transaction mode"
    if program() is None:
        return [Table(title, ("processes",), (), ("Skipped: there is no pgbouncer here.",))]
    count = records or RECORDS
    town = Town(house, violations=min(count, _TEMPLATE), overdue=min(count, _TEMPLATE))
    town.grow(OVERDUE, count - min(count, _TEMPLATE))
    house.tidy()
    token = house.token("permit-create")
    rows = []
    with pgbouncer(address()) as url:
        for processes in PROCESSES:
            say(f"pooled: {processes} server processes")
            server = house.serve(workers=processes, DATABASE_URL=url)
            pushed, sent = [], []
            for _number in range(runs or RUNS):
                pushed.append(permits(server.port, token, _PERMITS).whole)
                forget(house, town.client)
                sent.append(_hand_over(server, town, count))
            server.stop()
            pushes = CALLERS * _PERMITS
            rows.append(
                (
                    f"{processes}",
                    rate(pushes, median(pushed)),
                    seconds(median(sent)),
                    rate(count, median(sent)),
                )
            )
    return [
        Table(
            title,
            ("processes", "permits a second", f"handoff of {count:,}", "records/s"),
            rows,
            (f"{CALLERS} callers push permits at once. Processes, pooler, database and callers share the machine.",),
        )
    ]


def _hand_over(server: Server, town: Town, count: int) -> float:
    """As many callers at once as a nightly job that overlaps itself: one gets all, the others what is left."""
    began = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(lambda _: server.collect(CODE, town.token), range(2)))
    took = time.perf_counter() - began
    wait_until_delivered(town.client)
    if sum(one.records for one in sent) != count:
        raise RuntimeError(f"{[one.records for one in sent]} records came, not {count}")
    return took
