"""Recall: the client takes placements back from an agency, one, some or many, with a reason.

What was recalled keeps its mark: it goes out again only in a new cycle, which staff start (cycle.py). Where its batch
has not arrived yet, the batch's next revision goes without it. The agency reads state, moment and reason of each in
the batch's manifest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _

from curbledger.database.scope import bound_waiting
from curbledger.errors import Conflict, Invalid
from curbledger.kit import money, sql
from curbledger.placements.selection import SELECTED, Selection, as_asked, chosen, sum_of
from curbledger.violations.act import check_reason
from curbledger.violations.lock import lock_violations
from curbledger.violations.overdue import QUERIES as RULE
from curbledger.violations.overdue import rule_for

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from curbledger.clients.client import Client

_QUERIES = sql.load("curbledger.placements", "recall.sql")
_RECALL = _QUERIES["recall"].format(selected=SELECTED)
# How long a recall waits for a ticket that somebody else works on before it gives up as a whole.
_LOCK_SECONDS = 60.0
# What the column keeps.
_LONGEST_REASON = 400


@dataclass(frozen=True, slots=True)
class Recalled:
    """How many were taken back, and how much they were placed with together."""

    count: int
    total: Decimal


def foresee_recall(client: Client, selection: Selection, *, at: datetime) -> Recalled:
    """What a recall would take back now. Marks nothing. In the client's scope. Raises Invalid as `recall` does."""
    asked = as_asked(client, selection, state="open")
    found, total = 0, money.ZERO
    for ids in chosen(asked):
        count, balance = sum_of(asked, _outdated(client, ids, at=at) if selection.outdated else ids)
        found, total = found + count, total + balance
    return Recalled(found, total)


def recall(
    client: Client, selection: Selection, *, reason: str, at: datetime, by: str, expected: int | None = None
) -> Recalled:
    """Take placements back, all of them or none. In the client's scope, in one transaction.

    What is recalled already stays as it was, so that the same recall again changes nothing. The tickets' rows are
    locked in the order of their ids, as a claim locks them. `expected`: how many whoever decided has seen.

    Raises Invalid for an empty selection or no reason; Conflict where a named ticket was never handed over in its
    cycle, or where another number than `expected` would be recalled.
    """
    reason = check_reason(reason, _("A recall"))
    if len(reason) > _LONGEST_REASON:
        raise Invalid(_("A reason has at most %(most)s characters.") % {"most": _LONGEST_REASON}, field="reason")
    asked = as_asked(client, selection, state="open")
    bound_waiting(lock_seconds=_LOCK_SECONDS)
    done, total = 0, money.ZERO
    for ids in chosen(asked):
        lock_violations(ids)
        # Decided under the lock, by a statement that began after it: a claim may have moved it on meanwhile.
        going = _outdated(client, ids, at=at) if selection.outdated else ids
        count, balance = _take_back(asked, going, reason=reason, at=at, by=by)
        done, total = done + count, total + balance
    if selection.tickets is not None:
        _refuse_strangers(selection.tickets)
    if expected is not None and expected != done:
        raise Conflict(
            _("%(found)s tickets would be recalled now, not %(seen)s: look at them again.")
            % {"found": done, "seen": expected}
        )
    return Recalled(done, total)


def _take_back(asked: dict[str, Any], ids: list[int], *, reason: str, at: datetime, by: str) -> tuple[int, Decimal]:
    with connection.cursor() as cursor:
        cursor.execute(_RECALL, {**asked, "ids": sql.array(ids), "reason": reason, "at": at, "by": by})
        taken = cursor.fetchall()
        cursor.execute(_QUERIES["mark"], {"ids": sql.array(row[0] for row in taken), "at": at})
    return len(taken), sum((balance for _, balance in taken), money.ZERO)


def _outdated(client: Client, ids: list[int], *, at: datetime) -> list[int]:
    """Those that the rule of today would keep back, but for their mark and the client's switch."""
    rule = rule_for(client, at=at)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH judged AS ({RULE['judge']}) {_QUERIES['outdated']}", rule.parameters(ids))
        return [row[0] for row in cursor.fetchall()]


def _refuse_strangers(tickets: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES["strangers"], {"tickets": list(tickets)})
        strangers = [row[0] for row in cursor.fetchall()]
    if strangers:
        raise Conflict(
            _("No agency has these: %(tickets)s. Nothing was recalled.")
            % {"tickets": ", ".join(sorted(strangers)[:10])}
        )
