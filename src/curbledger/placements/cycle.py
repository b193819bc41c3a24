"""A new cycle: what has had its turn at an agency may have another, because staff say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext as _

from curbledger.errors import Conflict
from curbledger.placements.batch import Placement
from curbledger.violations.act import check_reason, note_act
from curbledger.violations.lock import lock_violation
from curbledger.violations.violation import Violation

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client


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


def with_agency(violation: Violation) -> bool:
    """Whether an agency has it now. In the client's scope."""
    return violation.sent_at is not None and Placement.objects.filter(violation_id=violation.pk, state="open").exists()
