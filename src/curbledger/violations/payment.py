"""Record a payment, and reverse one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext as _

from curbledger.errors import Conflict, NotFound
from curbledger.kit import clock, money
from curbledger.violations.act import note_act
from curbledger.violations.ledger import Discount, Payment
from curbledger.violations.lock import lock_violation
from curbledger.violations.overdue import QUERIES, rule_for

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from curbledger.clients.client import Client
    from curbledger.violations.violation import Violation


# Two equal payments that lie so near may be one, typed twice.
_NEAR = timedelta(days=7)


class Doubtful(Conflict):
    """This may be a mistake. Say that you are sure."""

    code = "doubtful"


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a payment did. `balance` is what is owed afterwards; negative: too much was paid.

    `reversed_at` is when one that was already there was taken back: it stays so, and pays nothing.
    """

    payment_id: int
    balance: Decimal
    discount: Decimal
    already_there: bool
    reversed_at: datetime | None = None


def record_payment(
    client: Client,
    ticket: str,
    *,
    amount: Decimal,
    at: datetime,
    by: str,
    paid_at: datetime | None = None,
    reference: str | None = None,
    method: str = "",
    sure: bool = True,
) -> Settlement:
    """Take a payment on that ticket. In the client's scope.

    One that settles the ticket while a discount still holds earns that discount for good. The same reference on
    the same ticket is the same payment, and is recorded once; also one that was reversed since, or a feed that sends
    it again would undo the reversal. Raises NotFound; Invalid for an amount that cannot be (kit.money.check);
    Conflict where the reference stands for another amount.
    """
    amount = money.check(amount, "A payment")
    violation = lock_violation(client, ticket)
    if reference:
        # Nobody adds a payment to this ticket meanwhile: its row is locked.
        same = Payment.objects.filter(violation_id=violation.pk, reference=reference).first()
        if same is not None:
            return _again(same, amount, violation)
    paid_at = paid_at or at
    if not sure:
        _ask_if_sure(client, violation, amount=amount, paid_at=paid_at)
    discount = _earned(client, violation, amount=amount, paid_at=paid_at)
    payment = Payment.objects.create(
        client_id=client.pk,
        violation_id=violation.pk,
        amount=amount,
        paid_at=paid_at,
        created_at=at,
        recorded_by=by,
        reference=reference or None,
        method=method,
    )
    if discount > 0:
        Discount.objects.create(
            client_id=client.pk,
            violation_id=violation.pk,
            amount=discount,
            kind=Discount.EARLY,
            reason="Paid while the early-payment discount held.",
            created_at=at,
            recorded_by=by,
        )
    violation.refresh_from_db(fields=["balance"])
    return Settlement(payment_id=payment.pk, balance=violation.balance, discount=discount, already_there=False)


def _ask_if_sure(client: Client, violation: Violation, *, amount: Decimal, paid_at: datetime) -> None:
    """Raise Doubtful for what looks like the same money twice, or is more than is owed."""
    near = Payment.objects.filter(
        violation_id=violation.pk,
        amount=amount,
        reversed_at__isnull=True,
        paid_at__range=(paid_at - _NEAR, paid_at + _NEAR),
    )
    twin = near.order_by("paid_at").first()
    if twin is not None:
        raise Doubtful(
            _("{amount} was paid on {day} already{reference}. Is this another payment?").format(
                amount=money.show(amount, client.currency),
                day=clock.local_day(twin.paid_at, client.zone).isoformat(),
                reference=f" ({twin.reference})" if twin.reference else "",
            )
        )
    owed = max(violation.balance, money.ZERO)
    if amount > owed:
        raise Doubtful(
            _("{owed} is owed: this pays {over} too much.").format(
                owed=money.show(owed, client.currency), over=money.show(amount - owed, client.currency)
            )
        )


def _again(payment: Payment, amount: Decimal, violation: Violation) -> Settlement:
    if payment.amount != amount:
        raise Conflict(
            f"Payment {payment.reference} on ticket {violation.ticket} is {money.show(payment.amount)} already, "
            f"not {money.show(amount)}. Give the other payment a reference of its own."
        )
    return Settlement(
        payment_id=payment.pk,
        balance=violation.balance,
        discount=money.ZERO,
        already_there=True,
        reversed_at=payment.reversed_at,
    )


def _earned(client: Client, violation: Violation, *, amount: Decimal, paid_at: datetime) -> Decimal:
    """How much of an open discount this payment earns: as much as is missing to the whole, if it settles the rest."""
    if violation.discount_until is None or violation.discount_until <= paid_at:
        return money.ZERO
    open_discount = _open_discount(client, violation, at=paid_at)
    missing = violation.balance - amount
    return missing if money.ZERO < missing <= open_discount else money.ZERO


def _still_earned(client: Client, violation: Violation) -> Decimal:
    """How much of the discount the payments that are left earned, each at its time. Wants it out of the balance."""
    if violation.discount_until is None:
        return money.ZERO
    left = Payment.objects.filter(
        violation_id=violation.pk, reversed_at__isnull=True, paid_at__lt=violation.discount_until
    )
    missing: Decimal = violation.balance + violation.paid_total
    for payment in left.order_by("paid_at", "id"):
        missing -= payment.amount
        if missing <= _open_discount(client, violation, at=payment.paid_at):
            return max(missing, money.ZERO)
    return money.ZERO


def _open_discount(client: Client, violation: Violation, *, at: datetime) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["judge"], rule_for(client, at=at).parameters([violation.pk]))
        names = [column.name for column in cursor.description or ()]
        facts = dict(zip(names, cursor.fetchone(), strict=True))
    discount: Decimal = facts["open_discount"]
    return discount


def reverse_payment(client: Client, ticket: str, *, payment_id: int, reason: str, at: datetime, by: str) -> Decimal:
    """Take a payment back: a bounced cheque, a mistake. Returns the balance afterwards. In the client's scope.

    A discount that was earned by paying early goes with it, unless the other payments earned it without this one.
    Raises NotFound; Conflict for one reversed already.
    """
    violation = lock_violation(client, ticket)
    payment = Payment.objects.filter(pk=payment_id, violation_id=violation.pk).first()
    if payment is None:
        raise NotFound(f"Ticket {ticket} has no payment {payment_id}.")
    if payment.reversed_at is not None:
        raise Conflict(f"Payment {payment_id} was reversed already, on {payment.reversed_at:%Y-%m-%d}.")
    Payment.objects.filter(pk=payment.pk).update(reversed_at=at, reversal_reason=reason)
    note_act(violation, "reversed", at=at, by=by, reason=reason, about=payment.pk)
    early = Discount.objects.filter(violation_id=violation.pk, kind=Discount.EARLY).first()
    if early is not None:
        early.delete()
    violation.refresh_from_db(fields=["balance", "paid_total"])
    if early is not None and (kept := _still_earned(client, violation)) > 0:
        early.amount = kept
        early.save(force_insert=True)
        violation.refresh_from_db(fields=["balance"])
    balance: Decimal = violation.balance
    return balance
