"""The claim with balance and evidence, alone and within the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.claiming import forget, timed_claim, wait_until_delivered
from benchmarks.installation import CODE
from benchmarks.table import Table, aim, median, rate, say, seconds
from benchmarks.town import OVERDUE, Town

if TYPE_CHECKING:
    from benchmarks.installation import Installation

RECORDS = 50_000
RUNS = 5
_AIM_RATE = 40_000
_AIM_SECONDS = 0.3
# Of the small town, all of them overdue.
_TEMPLATE = 2000


def run(house: Installation, *, records: int | None, runs: int | None, **_: object) -> list[Table]:
    """Claim so many, alone and by a call, so many times."""
    count = records or RECORDS
    town = Town(house, violations=min(count, _TEMPLATE), overdue=min(count, _TEMPLATE))
    town.grow(OVERDUE, count - min(count, _TEMPLATE))
    house.tidy()
    server = house.serve(workers=1)
    server.collect(CODE, town.token)
    wait_until_delivered(town.client)
    claims, firsts = [], []
    for number in range(runs or RUNS):
        say(f"claim: run {number + 1}")
        forget(house, town.client)
        claimed, took = timed_claim(town.client)
        claims.append(took)
        forget(house, town.client)
        firsts.append(server.collect(CODE, town.token).first_byte)
        wait_until_delivered(town.client)
        if claimed != count:
            raise RuntimeError(f"{claimed} were claimed, not {count}")
    claim, first = median(claims), median(firsts)
    return [
        Table(
            f"Claim of {count:,} records",
            ("what", "time", "rows/s"),
            (
                ("the claim alone, to its commit", seconds(claim), rate(count, claim)),
                ("the first byte of the call", seconds(first), ""),
                ("first byte less claim", seconds(first - claim), ""),
            ),
            (
                aim(f"{_AIM_RATE:,} rows/s or more", reached=count / claim >= _AIM_RATE),
                aim(f"First byte within {_AIM_SECONDS} s of the claim", reached=first - claim <= _AIM_SECONDS),
            ),
        )
    ]
