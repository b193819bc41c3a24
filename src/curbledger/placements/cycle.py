"""A new cycle: what has had its turn at an agency may have another, because staff say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from curbledger.database.scope import bound_waiting
from curbledger.errors import Conflict, Invalid
from curbledger.kit import money, sql
from curbledger.placements.batch import Placement
from curbledger.placements.selection import SELECTED, Selection, as_asked, chosen, sum_of
from curbledger.violations.act import check_reason, note_act
from curbledger.violations.lock import lock_violation, lock_violations
from curbledger.violations.overdue import OWES
from curbledger.violations.violation import Violation

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from curbledger.clients.client import Client

_QUERIES = sql.load("curbledger.placements", "cycle.sql")
_FREE = _QUERIES["free"].format(selected=SELECTED)
_RESTING = _QUERIES["resting"].format(owes=OWES)
# How long it waits for a ticket that somebody else works on before it gives up as a whole.
_LOCK_SECONDS = 60.0


def start_new_cycle(client: Client, ticket: str, *, reason: str, at: datetime, by: str) -> None:
    """Let a ticket go to collections once more, where the rule lets it. In the client's scope.

    Raises NotFound, Invalid without a reason, and Conflict while an agency has it, or where nothing keeps it out: it
    was not handed over in its present cycle.
    """
    reason = check_reason(reason, _("A new cycle"))
    violation = lock_violation(client, ticket)
    if violation.sent_at is None:
        raise Conflict(_("Ticket {ticket} was not handed over in this cycle.").format(ticket=ticket))
    if with_agency(violation):
        raise Conflict(_("An agency has ticket {ticket}. Recall it first.").format(ticket=ticket))
    Violation.objects.filter(pk=violation.pk).update(sent_at=None, recalled_at=None, cycle=F("cycle") + 1)
    note_act(violation, "new_cycle", at=at, by=by, reason=reason)


@dataclass(frozen=True, slots=True)
class Sum:
    """How many tickets, and how much they come to together."""

    count: int
    total: Decimal


def resting() -> Sum:
    """What was recalled, still owes, and goes out again only in a new cycle: by what is owed. In the client's scope."""
    with connection.cursor() as cursor:
        cursor.execute(_RESTING)
        return Sum(*cursor.fetchone())


def foresee_new_cycles(client: Client, selection: Selection) -> Sum:
    """Which recalled tickets a new cycle would free, by what they were placed with. Marks nothing.

    In the client's scope. Raises Invalid.
    """
    _refuse_outdated(selection)
    asked = as_asked(client, selection, state="recalled")
    found, total = 0, money.ZERO
    for ids in chosen(asked):
        count, balance = sum_of(asked, ids)
        found, total = found + count, total + balance
    return Sum(found, total)


def start_new_cycles(
    client: Client, selection: Selection, *, reason: str, at: datetime, by: str, expected: int | None = None
) -> int:
    """Let all that was recalled and fits go to collections once more, where the rule lets it. In the client's scope.

    All of them or none, in one transaction, locked in id order. The same again changes nothing: what was freed is
    recalled no more. `expected`: how many whoever decided has seen. Returns how many. Raises Invalid for an empty
    selection or no reason, Conflict where another number than `expected` would be freed.
    """
    reason = check_reason(reason, _("A new cycle"))
    _refuse_outdated(selection)
    asked = as_asked(client, selection, state="recalled")
    bound_waiting(lock_seconds=_LOCK_SECONDS)
    done = 0
    for ids in chosen(asked):
        lock_violations(ids)
        with connection.cursor() as cursor:
            cursor.execute(_FREE, {**asked, "ids": sql.array(ids)})
            freed = [row[0] for row in cursor.fetchall()]
            cursor.execute(_QUERIES["note"], {"ids": sql.array(freed), "at": at, "by": by, "reason": reason})
        done += len(freed)
    if expected is not None and expected != done:
        raise Conflict(
            _("%(found)s tickets would be freed now, not %(seen)s: look at them again.")
            % {"found": done, "seen": expected}
        )
    return done


def _refuse_outdated(selection: Selection) -> None:
    if selection.outdated:
        raise Invalid(_("What the rule keeps back stays here in a new cycle, too."), field="outdated")


def with_agency(violation: Violation) -> bool:
    """Whether an agency has it now. In the client's scope."""
    return violation.sent_at is not None and Placement.objects.filter(violation_id=violation.pk, state="open").exists()
