"""History costs nothing: the same claim, out of ever more tickets that were paid or sent long ago."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from benchmarks.claiming import forget, timed_claim, wait_until_delivered
from benchmarks.installation import CODE
from benchmarks.table import Table, aim, median, say, seconds
from benchmarks.town import PAID, SENT, Town
from curbledger.database.scope import client_scope

if TYPE_CHECKING:
    from benchmarks.installation import Installation
    from curbledger.clients.client import Client

SIZES = (10_000, 100_000)
_FULL = (1_000_000, 5_000_000)
_PAID_SHARE = 0.85
_DUE = 1000
_RUNS = 5
_AIM = 1.5
# The small town: its tickets that are neither overdue nor paid are held, not due, cancelled and the like.
_TEMPLATE = 2000


def run(house: Installation, *, records: int | None, runs: int | None, full: bool, **_: object) -> list[Table]:
    """Claim and hand over a thousand, so many times for each size. `records` replaces all but the smallest size."""
    usual = [*SIZES, *_FULL] if full else [*SIZES, _FULL[0]]
    sizes = sorted({SIZES[0], max(SIZES[0], records)}) if records else usual
    town = Town(house, violations=_TEMPLATE, overdue=_DUE)
    server = house.serve(workers=1)
    rows, claims = [], []
    for size in sizes:
        _age(town, size)
        house.tidy()
        last = _last_batch(town.client)
        alone, calls = [], []
        for number in range((runs or _RUNS) + 1):
            say(f"history: {size:,}, run {number}")
            claimed, took = timed_claim(town.client)
            forget(house, town.client, after=last)
            sent = server.collect(CODE, town.token)
            wait_until_delivered(town.client)
            forget(house, town.client, after=last)
            if claimed != _DUE or sent.records != _DUE:
                raise RuntimeError(f"{claimed} were claimed and {sent.records} came, not {_DUE}")
            if number:
                # The first one finds nothing in memory.
                alone.append(took)
                calls.append(sent.whole)
        claims.append(median(alone))
        rows.append((f"{size:,}", seconds(claims[-1]), seconds(median(calls)), f"{claims[-1] / claims[0]:.2f}"))
    return [
        Table(
            f"Claiming {_DUE:,} out of a long history",
            ("tickets", "claim", "whole call", "times the smallest"),
            rows,
            (
                f"{_PAID_SHARE:.0%} of the tickets are paid and were never sent; most others were sent a year ago.",
                aim("Within 1.5 times the smallest", reached=max(claims) <= _AIM * claims[0]),
            ),
        )
    ]


def _age(town: Town, size: int) -> None:
    """Let the town have so many tickets."""
    with client_scope(town.client.pk), connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE balance <= 0 AND paid_total > 0) FROM violation")
        there, paid = cursor.fetchone()
    more = round(size * _PAID_SHARE) - paid
    town.grow(PAID, more)
    town.grow(SENT, size - there - more)


def _last_batch(client: Client) -> int:
    with client_scope(client.pk), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM batch")
        (last,) = cursor.fetchone()
    return int(last)
