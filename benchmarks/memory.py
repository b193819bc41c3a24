"""What the largest server process ever held, by how much is handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.claiming import forget, wait_until_delivered
from benchmarks.installation import CODE
from benchmarks.table import Table, aim, rate, say, seconds
from benchmarks.town import OVERDUE, Town

if TYPE_CHECKING:
    from benchmarks.installation import Installation

SIZES = (10_000, 100_000)
_FULL = 1_000_000
_AIM_GROWTH = 1.2
_AIM_BYTES = 200_000_000
_TEMPLATE = 2000


def run(house: Installation, *, records: int | None, full: bool, **_: object) -> list[Table]:
    """Hand over ever more, each from a fresh server with one process. `records` replaces the largest size."""
    sizes = sorted({min(SIZES[0], records), records}) if records else [*SIZES, _FULL] if full else [*SIZES]
    town = Town(house, violations=min(sizes[0], _TEMPLATE), overdue=min(sizes[0], _TEMPLATE))
    there = min(sizes[0], _TEMPLATE)
    rows, peaks = [], []
    for size in sizes:
        town.grow(OVERDUE, size - there)
        there = size
        house.tidy()
        say(f"memory: handing over {size:,}")
        server = house.serve(workers=1)
        sent = server.collect(CODE, town.token)
        wait_until_delivered(town.client)
        peaks.append(server.peak_memory())
        server.stop()
        if sent.records != size:
            raise RuntimeError(f"{sent.records} records came, not {size}")
        rows.append(
            (
                f"{size:,}",
                f"{peaks[-1] / 1e6:.0f} MB",
                seconds(sent.whole),
                rate(size, sent.whole),
                f"{sent.size / 1e6:,.0f} MB",
            )
        )
        forget(house, town.client)
    return [
        Table(
            "Memory of the largest server process",
            ("records", "peak", "time", "records/s", "answer"),
            rows,
            (
                aim("Within 20 % of the smallest answer's", reached=max(peaks) <= _AIM_GROWTH * peaks[0]),
                aim("Under 200 MB", reached=max(peaks) < _AIM_BYTES),
            ),
        )
    ]
