"""Open an appeal, and decide it. While it is open the ticket stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from curbledger.errors import Conflict, Invalid
from curbledger.registry.person import find_person
from curbledger.violations.lock import lock_violation
from curbledger.violations.standing import Appeal

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client

DECISIONS = ("upheld", "dismissed", "withdrawn")


def open_appeal(client: Client, ticket: str, *, text: str, at: datetime, person_id: int | None = None) -> Appeal:
    """Contest a ticket. In the client's scope. Raises NotFound, or Conflict where one is open already."""
    violation = lock_violation(client, ticket)
    # Nobody opens another one meanwhile: the ticket's row is locked.
    if Appeal.objects.filter(violation_id=violation.pk, decided_at__isnull=True).exists():
        raise Conflict(gettext("An appeal against ticket {ticket} is open already.").format(ticket=ticket))
    if person_id is not None:
        find_person(client, person_id)
    appeal = Appeal.objects.create(
        client_id=client.pk, violation_id=violation.pk, person_id=person_id, opened_at=at, text=text
    )
    violation.appealed_at = at
    violation.appeal_type = 1
    violation.appeal_person = person_id or 0
    violation.appeal_comment = text or None
    violation.save(update_fields=["appealed_at", "appeal_type", "appeal_person", "appeal_comment"])
    return appeal


def decide_appeal(client: Client, ticket: str, *, decision: str, reason: str, at: datetime, by: str) -> Appeal:
    """Close the open appeal: `upheld` (the ticket stands), `dismissed` (it falls) or `withdrawn`.

    A ticket that falls is cancelled. In the client's scope. Raises NotFound, Invalid, or Conflict where none is open.
    """
    if decision not in DECISIONS:
        said = gettext("An appeal is {known}; not {decision}.")
        raise Invalid(said.format(known=", ".join(DECISIONS), decision=repr(decision)), field="decision")
    violation = lock_violation(client, ticket)
    appeal = Appeal.objects.filter(violation_id=violation.pk, decided_at__isnull=True).first()
    if appeal is None:
        raise Conflict(gettext("No appeal against ticket {ticket} is open.").format(ticket=ticket))
    appeal.decided_at = at
    appeal.decided_by = by
    appeal.decision = decision
    appeal.decision_reason = reason
    appeal.save(update_fields=["decided_at", "decided_by", "decision", "decision_reason"])
    violation.appeal_processed_at = at
    violation.appeal_admin_comment = reason or None
    # One that was cancelled meanwhile keeps its own reason.
    if decision == "dismissed" and violation.cancelled_at is None:
        violation.cancelled_at = at
        violation.cancel_reason = f"Appeal: {reason}"
    violation.save(update_fields=["appeal_processed_at", "appeal_admin_comment", "cancelled_at", "cancel_reason"])
    return appeal
