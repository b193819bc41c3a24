"""Set a fine to another amount; add a fee; grant a discount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from curbledger.database.constraints import sums_that_fit
from curbledger.errors import Invalid
from curbledger.kit import money
from curbledger.violations.ledger import Adjustment, Discount, Fee
from curbledger.violations.lock import lock_violation

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from curbledger.clients.client import Client


def adjust_fine(client: Client, ticket: str, *, amount: Decimal, reason: str, at: datetime, by: str) -> Adjustment:
    """Set the fine to `amount`, 0 included. In the client's scope. Raises NotFound, or Invalid."""
    amount = money.check(amount, gettext("A fine"), zero=True)
    if not reason.strip():
        raise Invalid(gettext("An adjustment needs a reason."), field="reason")
    violation = lock_violation(client, ticket)
    adjustment = Adjustment.objects.create(
        client_id=client.pk,
        violation_id=violation.pk,
        amount=amount,
        before=violation.adjusted_fine,
        reason=reason,
        created_at=at,
        recorded_by=by,
    )
    violation.adjusted_fine = amount
    violation.adjustment_reason = reason
    with sums_that_fit(field="amount"):
        violation.save(update_fields=["adjusted_fine", "adjustment_reason"])
    return adjustment


def add_fee(client: Client, ticket: str, *, amount: Decimal, kind: str, reason: str, at: datetime, by: str) -> Fee:
    """Add to what is owed. In the client's scope. Raises NotFound, or Invalid for an amount that cannot be."""
    amount = money.check(amount, gettext("A fee"))
    violation = lock_violation(client, ticket)
    with sums_that_fit(field="amount"):
        return Fee.objects.create(
            client_id=client.pk,
            violation_id=violation.pk,
            amount=amount,
            kind=kind,
            reason=reason,
            created_at=at,
            recorded_by=by,
        )


def grant_discount(client: Client, ticket: str, *, amount: Decimal, reason: str, at: datetime, by: str) -> Discount:
    """Take something off for good. In the client's scope. Raises NotFound, or Invalid."""
    amount = money.check(amount, gettext("A discount"))
    violation = lock_violation(client, ticket)
    return Discount.objects.create(
        client_id=client.pk,
        violation_id=violation.pk,
        amount=amount,
        kind="granted",
        reason=reason,
        created_at=at,
        recorded_by=by,
    )
