"""What the next call would hand over, and what stays behind and why. Marks nothing.

The rule is asked as the claim asks it, slice by slice over the same ids, so that the sums agree to the cent and the
memory is flat. What is judged are debts that are open; the archive of what is paid or sent is never read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import connection

from curbledger.kit import money, sql
from curbledger.placements.agency import Agency
from curbledger.placements.batch import Batch
from curbledger.placements.claim import QUERIES as CLAIM
from curbledger.placements.foresee import would_take_up
from curbledger.placements.slices import slices
from curbledger.violations.overdue import OPEN_DEBT, Rule, rule_for
from curbledger.violations.overdue import QUERIES as RULE

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from curbledger.clients.client import Client

QUERIES = sql.load("curbledger.placements", "preview.sql")
OPEN_DEBTS = QUERIES["open_debts"].format(open_debt=OPEN_DEBT)

# Days past due, each heap from its first day on. Nothing that goes is younger than a day.
AGES = {"1-30": 1, "31-60": 31, "61-90": 61, "over 90": 91}
EXAMPLES = 3
# Records a second of a first pull, until the client has one of its own: what was measured, with room for a slower
# machine (docs/collections.md).
RECORDS_PER_SECOND = 5000
# Fewer records say more about the call than about its records.
_ENOUGH = 1000
# A category is kept for no agency, and every agency takes only what is kept for it: it would wait for ever.
NO_AGENCY = "no_agency"
# The policy asks for a second person: an agency's call brings what was approved, and nothing else.
AWAITS_APPROVAL = "awaits_approval"


@dataclass(slots=True)
class Heap:
    """How many violations, what they owe together, and the first few of their tickets."""

    count: int = 0
    total: Decimal = field(default=money.ZERO)
    examples: tuple[str, ...] = ()

    def add(self, count: int, total: Decimal, examples: Sequence[str]) -> None:
        self.count += count
        self.total += total
        self.examples = (*self.examples, *examples)[:EXAMPLES]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the next call brings. `agencies` by name; None stands for whichever agency calls first.

    A violation that stays for several reasons is counted under each of them in `reasons`, and once in `stays`.
    """

    at: datetime
    collecting: bool
    records_per_second: float = RECORDS_PER_SECOND
    goes: Heap = field(default_factory=Heap)
    stays: Heap = field(default_factory=Heap)
    agencies: dict[str | None, Heap] = field(default_factory=dict)
    ages: dict[str, Heap] = field(default_factory=lambda: {label: Heap() for label in AGES})
    reasons: dict[str, Heap] = field(default_factory=dict)
    # Batches that did not arrive and go out again with it.
    reopens: list[uuid.UUID] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """About how long the call would take."""
        return round(self.goes.count / self.records_per_second, 1)


def preview(
    client: Client, *, at: datetime, agency: Agency | None = None, as_if_on: bool = False, by_staff: bool = False
) -> Preview:
    """What the next call of `agency`, or of each agency of the client, would bring. In the client's scope.

    `as_if_on`: as if collections were switched on, for an office that wants to see it before it does so. `by_staff`:
    what staff would hand over, where a call brings only what was approved.
    """
    rule = rule_for(client, at=at)
    if as_if_on:
        rule = replace(rule, collecting=True)
    found = Preview(at=at, collecting=client.collecting, records_per_second=_rate())
    agencies = list(Agency.objects.order_by("id")) if agency is None else [agency]
    names = {one.pk: one.name for one in agencies}
    for one in agencies:
        _reopened(rule, one, found)
    takers = [one.name for one in agencies if not one.assigned_only]
    approval = [AWAITS_APPROVAL] if rule.policy.second_person and not by_staff else []
    for ids in slices(OPEN_DEBTS, {}):
        for kept_for, age, judged, *heap in _sort(rule, ids):
            reasons = judged or approval
            if kept_for is not None:
                if kept_for in names:
                    _add(found, names[kept_for], age, reasons, heap)
            elif takers or not agencies:
                _add(found, takers[0] if len(takers) == 1 else None, age, reasons, heap)
            elif agency is None:
                _add(found, None, age, [*reasons, NO_AGENCY], heap)
    return found


def _rate() -> float:
    """What this client's handoffs took here, with its agency's line and this machine."""
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["rate"], {"enough": _ENOUGH})
        (measured,) = cursor.fetchone()
    return RECORDS_PER_SECOND if measured is None else float(measured)


def _reopened(rule: Rule, agency: Agency, found: Preview) -> None:
    """The batch that the agency's next call takes up: what of it still goes, goes again."""
    revision = would_take_up(agency)
    if revision is None:
        return
    found.reopens.append(Batch.objects.get(pk=revision.batch_id).uuid)
    for ids in slices(CLAIM["placed_after"], {"revision": revision.pk}):
        for _, age, reasons, *heap in _sort(rule, ids, passed_over="already_sent"):
            _add(found, agency.name, age, reasons, heap)


def _add(found: Preview, agency: str | None, age: int, reasons: Sequence[str], heap: Sequence[Any]) -> None:
    count, total, examples = heap
    if reasons:
        found.stays.add(count, total, examples)
        for reason in reasons:
            found.reasons.setdefault(reason, Heap()).add(count, total, examples)
        return
    label = list(AGES)[age - 1]
    for one in (found.goes, found.agencies.setdefault(agency, Heap()), found.ages[label]):
        one.add(count, total, examples)


def _sort(rule: Rule, ids: Sequence[int], *, passed_over: str = "") -> list[Any]:
    parameters = {
        **rule.parameters(ids),
        "passed_over": passed_over,
        "examples": EXAMPLES,
        "ages": list(AGES.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"WITH judged AS ({RULE['judge']}) {QUERIES['sort']}", parameters)
        heaps: list[Any] = cursor.fetchall()
    return heaps
