"""What the next handoff to an agency would bring, one by one, as its claim would decide. Marks and locks nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db import connection

from curbledger.kit import money, sql
from curbledger.placements.batch import Revision
from curbledger.placements.claim import DID_NOT_ARRIVE, ITS_OWN, next_slice
from curbledger.violations.overdue import QUERIES as RULE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from curbledger.placements.agency import Agency
    from curbledger.violations.overdue import Rule

_QUERIES = sql.load("curbledger.placements", "foresee.sql")
_WOULD_TAKE_UP = _QUERIES["would_take_up"].format(did_not_arrive=DID_NOT_ARRIVE)
_GOES = _QUERIES["goes"].format(its_own=ITS_OWN)


class Going(NamedTuple):
    """A violation that would go, and for how much."""

    violation_id: int
    owed: Decimal


def going(rule: Rule, agency: Agency) -> Iterator[Going]:
    """What would go to the agency now, in id order, a slice in memory at a time. In the client's scope."""
    earlier = would_take_up(agency)
    after = 0
    while ids := next_slice(rule, agency, earlier, after):
        after = ids[-1]
        asked = {
            **rule.parameters(ids),
            "agency": agency.pk,
            "assigned_only": agency.assigned_only,
            "earlier": None if earlier is None else earlier.pk,
        }
        with connection.cursor() as cursor:
            cursor.execute(f"WITH judged AS ({RULE['judge']}) {_GOES}", asked)
            rows = cursor.fetchall()
        yield from (Going(*row) for row in rows)


def sum_going(rule: Rule, agency: Agency) -> tuple[int, Decimal]:
    """How much would go to the agency now: count and total. In the client's scope."""
    count, total = 0, money.ZERO
    for one in going(rule, agency):
        count, total = count + 1, total + one.owed
    return count, total


def would_take_up(agency: Agency) -> Revision | None:
    """The newest revision of the batch that the agency's next call takes up again. In the client's scope."""
    with connection.cursor() as cursor:
        cursor.execute(_WOULD_TAKE_UP, {"agency": agency.pk, "stale": settings.CURBLEDGER.deliverer_stale})
        row = cursor.fetchone()
    return None if row is None else Revision.objects.get(pk=row[0])
