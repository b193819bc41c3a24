"""What is owed, by how long it is past due and by who has it: the office, or an agency."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal  # noqa: TC003  # pydantic reads it
from typing import TYPE_CHECKING

from django.db import connection

from curbledger.kit import money, sql
from curbledger.placements.models import Agency
from curbledger.placements.preview import AGES, OPEN_DEBTS
from curbledger.placements.slices import slices
from curbledger.violations.overdue import OWES, rule_for
from curbledger.violations.overdue import QUERIES as RULE

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client

_QUERIES = sql.load("curbledger.reports", "receivables.sql")
_HANDED_OVER = _QUERIES["handed_over"].format(owes=OWES)
# Not due (today is not past due), and past due by the days of each of AGES.
HEAPS = 1 + len(AGES)


@dataclass(slots=True)
class Holding:
    """What one has: how many tickets and what they owe, by age. `agency` is None for the office."""

    agency: str | None
    counts: list[int] = field(default_factory=lambda: [0] * HEAPS)
    totals: list[Decimal] = field(default_factory=lambda: [money.ZERO] * HEAPS)

    @property
    def count(self) -> int:
        """How many tickets in all."""
        return sum(self.counts)

    @property
    def total(self) -> Decimal:
        """What they owe together."""
        return sum(self.totals, money.ZERO)


def receivables(client: Client, *, at: datetime) -> list[Holding]:
    """The office's first, then each agency's by name. In the client's scope.

    What is owed is what the rule says of each ticket, an open discount taken off. It reads what still owes, and of what
    was paid nothing but placements.
    """
    rule = rule_for(client, at=at)
    names: dict[int | None, str | None] = {None: None, **dict(Agency.objects.values_list("pk", "name"))}
    found = {number: Holding(name) for number, name in names.items()}
    for query in (OPEN_DEBTS, _HANDED_OVER):
        for ids in slices(query, {}):
            parameters = {**rule.parameters(ids), "ages": list(AGES.values())}
            with connection.cursor() as cursor:
                cursor.execute(f"WITH judged AS ({RULE['judge']}) {_QUERIES['aged']}", parameters)
                for agency, age, count, total in cursor.fetchall():
                    found[agency].counts[age] += count
                    found[agency].totals[age] += total
    return sorted(found.values(), key=lambda one: (one.agency is not None, (one.agency or "").casefold()))
