"""How a ticket stands, in one word. The badge and the filter of every list read the same expression (state.sql)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from curbledger.kit import money, sql
from curbledger.violations.explain import explain
from curbledger.violations.overdue import HOLDS, rule_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from curbledger.clients.client import Client
    from curbledger.violations.violation import Violation

_WRITTEN = sql.load("curbledger.violations", "state.sql")
STATE = _WRITTEN["state"].format(holds=HOLDS)
_OF_THESE = _WRITTEN["of_these"].format(state=STATE)

# Every word, in the order of a list: what is to be done something about comes first.
STATES = (
    "overdue",
    "due",
    "held",
    "appealed",
    "sent",
    "recalled",
    "paid",
    "overpaid",
    "settled",
    "cancelled",
    "spoiled",
    "warning",
)
# What one may look for: each word by itself, and all that owe something together.
OWING = "owing"
SOUGHT = {OWING: ("overdue", "due", "held", "appealed", "sent", "recalled"), **{state: (state,) for state in STATES}}
# What never owes, whatever its sum says.
VOID = frozenset({"spoiled", "cancelled", "warning"})


def states_of(client: Client, ids: Sequence[int], *, at: datetime) -> dict[int, str]:
    """How each of these tickets stands. In the client's scope."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_THESE, rule_for(client, at=at).parameters(ids))
        return dict(cursor.fetchall())


def owed_of(balance: Decimal, state: str) -> Decimal:
    """What a ticket owes that stands so: a void one nothing, though its sum says what it would. Paid too much stays."""
    return min(balance, money.ZERO) if state in VOID else balance


def owed_now(client: Client, violation: Violation, *, at: datetime) -> Decimal:
    """What would settle a ticket now. In the client's scope."""
    state = states_of(client, [violation.pk], at=at)[violation.pk]
    return owed_of(explain(client, violation.ticket, at=at).owed, state)
