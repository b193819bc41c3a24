"""Let late fees accrue: each by its offence's rule, never before the required notice, never twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from curbledger.database.scope import bound_waiting
from curbledger.kit import money, sql
from curbledger.violations.late_fee_rule import LateFeeRule
from curbledger.violations.ledger import Fee
from curbledger.violations.lock import lock_violations
from curbledger.violations.overdue import AT_REST, OPEN_DEBT, rule_for
from curbledger.violations.overdue import QUERIES as RULE

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from curbledger.clients.client import Client

QUERIES = sql.load("curbledger.violations", "late_fees.sql")
_LATE = QUERIES["late"].format(open_debt=OPEN_DEBT)
SLICE = 5000
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Accrued:
    """What became due. `last` is the last ticket that was looked at; None: there are no more."""

    tickets: int
    fees: int
    total: Decimal
    last: int | None


NOTHING = Accrued(0, 0, money.ZERO, None)


def accrue_late_fees(client: Client, *, at: datetime, by: str, after: int = 0, limit: int = SLICE) -> Accrued:
    """Add the late fees that are due on the next `limit` tickets after id `after`. In the client's scope.

    Again at the same time it adds nothing. Tickets are locked in id order, so that a payment that comes meanwhile is
    either seen or waits.
    """
    if not LateFeeRule.objects.exists():
        return NOTHING
    bound_waiting(lock_seconds=_PATIENCE_SECONDS)
    rule = rule_for(client, at=at)
    stage = rule.policy.fees_after_stage
    with connection.cursor() as cursor:
        today = rule.parameters([])["today"]
        cursor.execute(_LATE, {"today": today, "after": after, "limit": limit, "stage": stage})
        ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return NOTHING
        lock_violations(ids)
        cursor.execute(
            f"WITH judged AS ({RULE['judge']}) {QUERIES['accrue']}",
            rule.parameters(ids)
            | {
                "client": client.pk,
                "stage": stage,
                "notice_age": rule.policy.fees_notice_age_days,
                "stops": list(AT_REST),
                "kind": Fee.LATE,
                "by": by,
            },
        )
        added = cursor.fetchall()
    return Accrued(
        tickets=len({violation for violation, _ in added}),
        fees=len(added),
        total=sum((amount for _, amount in added), money.ZERO),
        last=ids[-1] if len(ids) == limit else None,
    )
