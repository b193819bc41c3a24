"""What went to agencies, what came in on it, and what was taken back, by agency and month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from curbledger.kit import sql

if TYPE_CHECKING:
    from decimal import Decimal

    from curbledger.reports.period import Period

_QUERIES = sql.load("curbledger.reports", "collected.sql")


@dataclass(frozen=True, slots=True)
class Collected:
    """One agency in one month, `2026-05`, of the client's calendar: counts and amounts.

    Placed: handed over then, at the frozen balances. Paid: payments of that month on what the agency had when they were
    made; one that was reversed does not count. Recalled: taken back then, at the frozen balances.
    """

    agency: str
    month: str
    placed: int
    placed_total: Decimal
    paid: int
    paid_total: Decimal
    recalled: int
    recalled_total: Decimal


def collected(period: Period) -> list[Collected]:
    """By month, then by agency. In the client's scope."""
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES["collected"], period.parameters())
        return [Collected(*row) for row in cursor.fetchall()]
