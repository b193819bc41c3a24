"""The switch that lets a client hand over, and what would go when it is turned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import connection

from curbledger.clients.client import Client
from curbledger.kit import money, sql
from curbledger.violations.overdue import MAY_GO, rule_for
from curbledger.violations.overdue import QUERIES as RULE

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

QUERIES = sql.load("curbledger.placements", "switch.sql")
_CANDIDATES = QUERIES["candidates"].format(may_go=MAY_GO)
_SLICE = 5000


@dataclass(frozen=True, slots=True)
class Foreseen:
    """How many violations would go, and how much they owe together."""

    count: int
    total: Decimal


def foresee(client: Client, *, at: datetime) -> Foreseen:
    """What would go to the client's agencies at `at` if collections were on. Marks nothing. In the client's scope."""
    rule = replace(rule_for(client, at=at), collecting=True)
    count, total, after = 0, money.ZERO, 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_CANDIDATES, {**rule.parameters(()), "after": after, "limit": _SLICE})
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                return Foreseen(count=count, total=total)
            after = ids[-1]
            cursor.execute(f"WITH judged AS ({RULE['judge']}) {QUERIES['sum']}", rule.parameters(ids))
            found, owed = cursor.fetchone()
            count, total = count + found, total + owed


def switch_collections(client: Client, *, on: bool) -> None:
    """Let the client hand over, or stop it."""
    Client.objects.filter(pk=client.pk).update(collecting=on)
    client.collecting = on
