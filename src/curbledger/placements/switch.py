"""The switch that lets a client hand over, and what would go when it is turned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import connection

from curbledger.clients.client import Client
from curbledger.kit import money, sql
from curbledger.placements.forecast import CANDIDATES
from curbledger.placements.slices import slices
from curbledger.violations.overdue import QUERIES as RULE
from curbledger.violations.overdue import rule_for

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

QUERIES = sql.load("curbledger.placements", "switch.sql")


@dataclass(frozen=True, slots=True)
class Foreseen:
    """How many violations would go, and how much they owe together."""

    count: int
    total: Decimal


def foresee(client: Client, *, at: datetime) -> Foreseen:
    """What would go to the client's agencies at `at` if collections were on. Marks nothing. In the client's scope."""
    rule = replace(rule_for(client, at=at), collecting=True)
    count, total = 0, money.ZERO
    for ids in slices(CANDIDATES, rule.parameters(())):
        with connection.cursor() as cursor:
            cursor.execute(f"WITH judged AS ({RULE['judge']}) {QUERIES['sum']}", rule.parameters(ids))
            found, owed = cursor.fetchone()
        count, total = count + found, total + owed
    return Foreseen(count=count, total=total)


def switch_collections(client: Client, *, on: bool) -> None:
    """Let the client hand over, or stop it."""
    Client.objects.filter(pk=client.pk).update(collecting=on)
    client.collecting = on
