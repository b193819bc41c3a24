"""Spoil a form that was never good, or cancel a ticket that was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curbledger.errors import Conflict, Invalid
from curbledger.violations.lock import lock_violation

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client


def spoil(client: Client, ticket: str) -> None:
    """Void the form; its number stays accounted for. In the client's scope. Raises NotFound.

    Raises Conflict for a ticket that money was paid on: that is cancelled and refunded instead.
    """
    violation = lock_violation(client, ticket)
    if violation.paid_total:
        raise Conflict(f"Ticket {ticket} has payments. Cancel it instead, and refund them.")
    violation.spoiled = True
    violation.save(update_fields=["spoiled"])


def cancel(client: Client, ticket: str, *, reason: str, at: datetime) -> None:
    """Withdraw a ticket, with a reason. In the client's scope. Raises NotFound, Invalid, or Conflict."""
    if not reason.strip():
        raise Invalid("A cancellation needs a reason.", field="reason")
    violation = lock_violation(client, ticket)
    if violation.cancelled_at is not None:
        raise Conflict(f"Ticket {ticket} was cancelled already, on {violation.cancelled_at:%Y-%m-%d}.")
    violation.cancelled_at = at
    violation.cancel_reason = reason
    violation.save(update_fields=["cancelled_at", "cancel_reason"])
