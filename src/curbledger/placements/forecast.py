"""What will be handed over on which day: the rule, asked for a later moment.

Nothing but the clock moves between now and then: what is paid, held or told meanwhile is not foreseen, nor are late
fees. A debt counts on the first day at whose end it may go, with what it owes then.

The rule decides each of them, as it does for the claim. What is asked about is bounded: of the open debts only those
whose own row lets them go by the last day (`may_go`, asked for that day), in slices, each until it has found its day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal  # noqa: TC003  # pydantic reads it (reports/today.py)
from typing import TYPE_CHECKING

from django.db import connection

from curbledger.kit import clock, money, sql
from curbledger.placements.slices import slices
from curbledger.violations.overdue import MAY_GO, Rule, rule_for
from curbledger.violations.overdue import QUERIES as RULE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from curbledger.clients.client import Client

QUERIES = sql.load("curbledger.placements", "forecast.sql")
CANDIDATES = QUERIES["candidates"].format(may_go=MAY_GO)
DAYS = 14
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What can go for the first time on a day of the client's calendar. The first day is today: what can go now."""

    day: date
    count: int
    total: Decimal


def forecast(client: Client, *, at: datetime, days: int = DAYS) -> list[Foreseen]:
    """What can go now, and what on each of the next `days` days, were nothing handed over before. Marks nothing.

    In the client's scope. Nothing, on each day, while collections are off.
    """
    rules = list(_rules(rule_for(client, at=at), days))
    counts, totals = [0] * len(rules), [money.ZERO] * len(rules)
    # By the last day as old as it ever gets: what is too old by then may still have gone before.
    by_then = {**rules[-1].parameters(()), "issued_from": rules[0].parameters(())["issued_from"]}
    for ids in slices(CANDIDATES, by_then):
        left = ids
        for place, rule in enumerate(rules):
            going = goes(rule, left)
            counts[place] += len(going)
            totals[place] += sum(going.values(), money.ZERO)
            left = [one for one in left if one not in going]
            if not left:
                break
    return [Foreseen(rule.day, counts[place], totals[place]) for place, rule in enumerate(rules)]


def _rules(now: Rule, days: int) -> Iterator[Rule]:
    """The rule now, and at the last instant of each of the days after this one."""
    yield now
    for number in range(1, days + 1):
        day = now.day + timedelta(days=number)
        yield replace(now, day=day, at=clock.day_start(day + timedelta(days=1), now.zone) - _INSTANT)


def goes(rule: Rule, ids: Sequence[int]) -> dict[int, Decimal]:
    """Which of these the rule lets go, and what each owes."""
    with connection.cursor() as cursor:
        cursor.execute(f"WITH judged AS ({RULE['judge']}) {QUERIES['goes']}", rule.parameters(ids))
        return dict(cursor.fetchall())
