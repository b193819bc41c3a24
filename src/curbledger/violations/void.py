"""Spoil a form that was never good, cancel a ticket that was, or leave it at a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from curbledger.errors import Conflict
from curbledger.violations.act import check_reason, note_act
from curbledger.violations.lock import lock_violation

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client


def spoil(client: Client, ticket: str, *, reason: str, at: datetime, by: str) -> None:
    """Void the form; its number stays accounted for. Again it changes nothing. In the client's scope.

    Raises NotFound, Invalid without a reason, and Conflict for a ticket that money was paid on: that is cancelled
    and refunded instead.
    """
    reason = check_reason(reason, _("A spoiled form"))
    violation = lock_violation(client, ticket)
    if violation.paid_total:
        raise Conflict(_("Ticket {ticket} has payments. Cancel it instead, and refund them.").format(ticket=ticket))
    if violation.spoiled:
        return
    violation.spoiled = True
    violation.save(update_fields=["spoiled"])
    note_act(violation, "spoiled", at=at, by=by, reason=reason)


def cancel(client: Client, ticket: str, *, reason: str, at: datetime, by: str) -> None:
    """Withdraw a ticket, with a reason. In the client's scope. Raises NotFound, Invalid, or Conflict."""
    check_reason(reason, _("A cancellation"))
    violation = lock_violation(client, ticket)
    if violation.cancelled_at is not None:
        raise Conflict(
            _("Ticket {ticket} was cancelled already, on {day}.").format(
                ticket=ticket, day=f"{violation.cancelled_at:%Y-%m-%d}"
            )
        )
    violation.cancelled_at = at
    violation.cancel_reason = reason
    violation.save(update_fields=["cancelled_at", "cancel_reason"])
    note_act(violation, "cancelled", at=at, by=by, reason=reason)


def turn_into_warning(client: Client, ticket: str, *, reason: str, at: datetime, by: str) -> None:
    """Leave it at a warning, which never goes to collections. In the client's scope.

    The amounts stay on the ticket, as they were printed. Raises NotFound, Invalid without a reason, and Conflict for
    a ticket that is one already, was paid on, spoiled or cancelled, or was handed over.
    """
    reason = check_reason(reason, _("A warning"))
    violation = lock_violation(client, ticket)
    hindrance = next(
        (
            why
            for holds, why in (
                (violation.warning, _("Ticket {ticket} is a warning already.")),
                (violation.spoiled, _("Ticket {ticket} is spoiled.")),
                (violation.cancelled_at is not None, _("Ticket {ticket} was cancelled.")),
                (violation.paid_total > 0, _("Ticket {ticket} has payments. Cancel it instead, and refund them.")),
                (violation.sent_at is not None, _("Ticket {ticket} was handed over to an agency. Recall it first.")),
            )
            if holds
        ),
        None,
    )
    if hindrance is not None:
        raise Conflict(hindrance.format(ticket=ticket))
    violation.warning = True
    violation.save(update_fields=["warning"])
    note_act(violation, "warned", at=at, by=by, reason=reason)
