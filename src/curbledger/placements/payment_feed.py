"""Whether the payments here can be trusted to be all there are.

Where payments come from another system and its feed has stopped, tickets look unpaid that were paid. So what counts is
when a payment was last *recorded* here, whatever day it was paid on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Max

from curbledger.clients.policy import current_policy
from curbledger.violations.ledger import Payment

if TYPE_CHECKING:
    from curbledger.clients.client import Client


def last_payment_at() -> datetime | None:
    """When a payment was last recorded; None: never. In the client's scope."""
    last: datetime | None = Payment.objects.aggregate(last=Max("created_at"))["last"]
    return last


def payments_stale(client: Client, *, at: datetime) -> bool:
    """Whether no payment was recorded for as many hours as the client's policy allows. In the client's scope.

    Where none ever was, the hours count from the day the client was made.
    """
    hours = current_policy().payments_stale_hours
    last = last_payment_at() or client.created_at
    return hours > 0 and at - last > timedelta(hours=hours)
