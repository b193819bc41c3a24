"""What a change of the policy would do: what would go now with it, against what goes without.

Only what goes with one of the two is looked at: the rest stays either way, and costs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import connection

from curbledger.kit import sql
from curbledger.placements.claim import FOR_NOBODY, SLICE
from curbledger.placements.preview import Heap
from curbledger.violations.overdue import MAY_GO, rule_for
from curbledger.violations.overdue import QUERIES as RULE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from curbledger.clients.client import Client
    from curbledger.clients.policy import CollectionsPolicy
    from curbledger.violations.overdue import Rule

QUERIES = sql.load("curbledger.placements", "compare.sql")
# As many tickets are looked at, while somebody waits.
MOST = 100_000
_PARAMETER = re.compile(r"%\((\w+)\)s")


def _then(query: str) -> str:
    """The same query, by the policy as it would be."""
    return _PARAMETER.sub(r"%(then_\1)s", query)


_CANDIDATES = QUERIES["candidates"].format(may_go=MAY_GO, may_go_then=_then(MAY_GO))
_SIDE_BY_SIDE = QUERIES["compare"].format(for_nobody=FOR_NOBODY)
_COMPARE = f"WITH judged AS ({RULE['judge']}), judged_then AS ({_then(RULE['judge'])}) {_SIDE_BY_SIDE}"


@dataclass(slots=True)
class Comparison:
    """What goes `now` and what would go `then`.

    Of those that would begin to go, why they stay now; of those that would end to, why they would stay: a violation is
    counted under each of its reasons. `cut`: there are more than were looked at.
    """

    now: Heap = field(default_factory=Heap)
    then: Heap = field(default_factory=Heap)
    begins: Heap = field(default_factory=Heap)
    ends: Heap = field(default_factory=Heap)
    begins_by: dict[str, Heap] = field(default_factory=dict)
    ends_by: dict[str, Heap] = field(default_factory=dict)
    cut: bool = False


def compare(client: Client, policy: CollectionsPolicy, *, at: datetime, most: int = MOST) -> Comparison:
    """What `policy` would change, as if collections were on. Marks nothing. In the client's scope."""
    now = replace(rule_for(client, at=at), collecting=True)
    then = replace(now, policy=policy)
    found, after, looked = Comparison(), 0, 0
    both = _parameters(now, then)
    while looked < most:
        ids = [row[0] for row in _ask(_CANDIDATES, {**both, "after": after, "limit": SLICE})]
        if not ids:
            return found
        for row in _ask(_COMPARE, _parameters(now, then, ids)):
            _add(found, *row)
        after, looked = ids[-1], looked + len(ids)
    found.cut = bool(_ask(_CANDIDATES, {**both, "after": after, "limit": 1}))
    return found


def _add(found: Comparison, stays_now: list[str], stays_then: list[str], count: int, total: Decimal) -> None:
    if not stays_now:
        found.now.add(count, total, ())
    if not stays_then:
        found.then.add(count, total, ())
    if stays_now and not stays_then:
        _note(found.begins, found.begins_by, stays_now, count, total)
    if stays_then and not stays_now:
        _note(found.ends, found.ends_by, stays_then, count, total)


def _note(whole: Heap, by: dict[str, Heap], reasons: list[str], count: int, total: Decimal) -> None:
    whole.add(count, total, ())
    for reason in reasons:
        by.setdefault(reason, Heap()).add(count, total, ())


def _parameters(now: Rule, then: Rule, ids: Sequence[int] = ()) -> dict[str, Any]:
    return {**now.parameters(ids), **{f"then_{name}": value for name, value in then.parameters(ids).items()}}


def _ask(query: str, parameters: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[Any] = cursor.fetchall()
    return rows
