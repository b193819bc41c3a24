"""The figures of *Today*: what is owed, what goes when, what agencies brought, and what is stuck.

They are worked out from every debt that is open. Where those are few, that is done for each who looks; else the queue
does it every ten minutes, and the page shows what it kept: a look costs the same, however many tickets there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003  # pydantic reads it
from decimal import Decimal  # noqa: TC003  # pydantic reads it
from typing import TYPE_CHECKING

from django.db import connection, models
from pydantic import TypeAdapter

from curbledger.database.owned import ClientOwned
from curbledger.kit import money, sql
from curbledger.placements.alarms import Alarm, alarms
from curbledger.placements.forecast import Foreseen, forecast
from curbledger.reports.collected import collected
from curbledger.reports.period import months_back, months_in
from curbledger.reports.receivables import Holding, receivables
from curbledger.violations.overdue import OPEN_DEBT

if TYPE_CHECKING:
    from curbledger.clients.client import Client

_QUERIES = sql.load("curbledger.reports", "today.sql")
_SIZE = _QUERIES["size"].format(open_debt=OPEN_DEBT)
# Months before this one.
MONTHS = 11
# Rows of each kind that are looked through while somebody waits for the page.
FEW = 5000


@dataclass(frozen=True, slots=True)
class Month:
    """What all agencies together were given and brought in a month."""

    month: str
    placed: int
    placed_total: Decimal
    paid_total: Decimal
    recalled: int
    recalled_total: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """As they were at `at`."""

    at: datetime
    owing: list[Holding]
    goes: list[Foreseen]
    months: list[Month]
    alarms: list[Alarm]


class KeptFigures(ClientOwned):
    """The latest figures of a client with many open debts."""

    worked_out_at = models.DateTimeField()
    figures = models.JSONField()

    class Meta:
        db_table = "today_figures"
        constraints = (models.UniqueConstraint("client", name="today_figures_are_once"),)

    def __str__(self) -> str:
        return f"figures of {self.worked_out_at:%Y-%m-%d %H:%M}"


_READER = TypeAdapter(Figures)


def work_out(client: Client, *, at: datetime) -> Figures:
    """The figures as they are. In the client's scope. Reads every open debt."""
    return Figures(
        at=at,
        owing=receivables(client, at=at),
        goes=forecast(client, at=at),
        months=_months(client, at=at),
        alarms=list(alarms(client, at=at)),
    )


def figures_today(client: Client, *, at: datetime) -> Figures | None:
    """The figures for somebody who waits for them. In the client's scope.

    None where there is too much to look through, and the queue has not done it yet.
    """
    if is_small(client, at=at):
        return work_out(client, at=at)
    kept = KeptFigures.objects.first()
    return None if kept is None else _READER.validate_python(kept.figures)


def keep_figures(client: Client, *, at: datetime) -> bool:
    """Work the figures out for those who will look, unless they are few. Whether that was done. In the scope."""
    if is_small(client, at=at):
        # What was kept while there was more would come back one day.
        KeptFigures.objects.all().delete()
        return False
    figures = _READER.dump_python(work_out(client, at=at), mode="json")
    KeptFigures.objects.update_or_create(client_id=client.pk, defaults={"worked_out_at": at, "figures": figures})
    return True


def is_small(client: Client, *, at: datetime) -> bool:
    """Whether all that the figures are made of is soon looked through. In the client's scope."""
    period = months_back(at, client.zone, MONTHS)
    with connection.cursor() as cursor:
        cursor.execute(_SIZE, {**period.parameters(), "few": FEW})
        (small,) = cursor.fetchone()
    return bool(small)


def _months(client: Client, *, at: datetime) -> list[Month]:
    period = months_back(at, client.zone, MONTHS)
    sums = {month: Month(month, 0, money.ZERO, money.ZERO, 0, money.ZERO) for month in months_in(period)}
    for one in collected(period):
        before = sums[one.month]
        sums[one.month] = Month(
            one.month,
            before.placed + one.placed,
            before.placed_total + one.placed_total,
            before.paid_total + one.paid_total,
            before.recalled + one.recalled,
            before.recalled_total + one.recalled_total,
        )
    return list(sums.values())
