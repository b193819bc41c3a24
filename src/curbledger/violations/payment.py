"""Record a payment, and reverse one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from curbledger.database.constraints import sums_that_fit
from curbledger.errors import Conflict, NotFound
from curbledger.kit import clock, money, sql
from curbledger.violations.act import note_act
from curbledger.violations.ledger import Discount, Payment
from curbledger.violations.lock import lock_violation, no_ticket
from curbledger.violations.overdue import QUERIES, rule_for

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from curbledger.clients.client import Client
    from curbledger.violations.violation import Violation


_QUERIES = sql.load("curbledger.violations", "payment.sql")
_TOO_MUCH = gettext_noop("All payments on a ticket come to {most} at most.")
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
    amount = money.check(amount, _("A payment"))
    paid_at = paid_at or at
    if not sure:
        due = _lock(client, ticket)
        # Sent again, it is no question.
        if reference and (same := _same(due, reference)):
            return _again(same, amount, due)
        _ask_if_sure(client, due, amount=amount, paid_at=paid_at)
    due, added, balance = _write(
        client,
        {
            "client": client.pk,
            "ticket": ticket,
            "amount": amount,
            "paid_at": paid_at,
            "at": at,
            "by": by,
            "reference": reference or None,
            "method": method,
        },
    )
    if added is None:
        # Only an equal reference keeps it out, and the ticket is locked.
        return _again(Payment.objects.get(violation_id=due.violation_id, reference=reference), amount, due)
    discount = _earned(client, due, amount=amount, paid_at=paid_at)
    if discount > 0:
        Discount.objects.create(
            client_id=client.pk,
            violation_id=due.violation_id,
            amount=discount,
            kind=Discount.EARLY,
            reason="Paid while the early-payment discount held.",
            created_at=at,
            recorded_by=by,
        )
    return Settlement(payment_id=added, balance=balance - discount, discount=discount, already_there=False)


@dataclass(frozen=True, slots=True)
class _Due:
    """A locked ticket, as far as a payment is concerned."""

    ticket: str
    violation_id: int
    balance: Decimal
    discount_until: datetime | None


def _lock(client: Client, ticket: str) -> _Due:
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES["lock"], {"ticket": ticket})
        found = cursor.fetchone()
    if found is None:
        raise no_ticket(client, ticket)
    return _Due(ticket, *found)


def _write(client: Client, row: dict[str, Any]) -> tuple[_Due, int | None, Decimal]:
    """The ticket as it was, locked; the new payment's id, none where the reference is there; and what is owed then."""
    with connection.cursor() as cursor, sums_that_fit(field="amount", said=_TOO_MUCH):
        cursor.execute(_QUERIES["record"], row)
        found = cursor.fetchone()
    if found is None:
        raise no_ticket(client, row["ticket"])
    violation_id, before, discount_until, added, balance = found
    return _Due(row["ticket"], violation_id, before, discount_until), added, balance


def _same(due: _Due, reference: str) -> Payment | None:
    return Payment.objects.filter(violation_id=due.violation_id, reference=reference).first()


def _ask_if_sure(client: Client, due: _Due, *, amount: Decimal, paid_at: datetime) -> None:
    """Raise Doubtful for what looks like the same money twice, or is more than is owed."""
    near = Payment.objects.filter(
        violation_id=due.violation_id,
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
    owed = max(due.balance, money.ZERO)
    if amount > owed:
        raise Doubtful(
            _("{owed} is owed: this pays {over} too much.").format(
                owed=money.show(owed, client.currency), over=money.show(amount - owed, client.currency)
            )
        )


def _again(payment: Payment, amount: Decimal, due: _Due) -> Settlement:
    if payment.amount != amount:
        raise Conflict(
            _(
                "Payment {reference} on ticket {ticket} is {kept} already, not {amount}. "
                "Give the other payment a reference of its own."
            ).format(
                reference=payment.reference,
                ticket=due.ticket,
                kept=money.show(payment.amount),
                amount=money.show(amount),
            )
        )
    return Settlement(
        payment_id=payment.pk,
        balance=due.balance,
        discount=money.ZERO,
        already_there=True,
        reversed_at=payment.reversed_at,
    )


def _earned(client: Client, due: _Due, *, amount: Decimal, paid_at: datetime) -> Decimal:
    """How much of an open discount this payment earns: as much as is missing to the whole, if it settles the rest."""
    if due.discount_until is None or due.discount_until <= paid_at:
        return money.ZERO
    open_discount = _open_discount(client, due.violation_id, at=paid_at)
    missing = due.balance - amount
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
        if missing <= _open_discount(client, violation.pk, at=payment.paid_at):
            return max(missing, money.ZERO)
    return money.ZERO


def _open_discount(client: Client, violation_id: int, *, at: datetime) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["judge"], rule_for(client, at=at).parameters([violation_id]))
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
        raise NotFound(_("Ticket {ticket} has no payment {number}.").format(ticket=ticket, number=payment_id))
    if payment.reversed_at is not None:
        raise Conflict(
            _("Payment {number} was reversed already, on {day}.").format(
                number=payment_id, day=f"{payment.reversed_at:%Y-%m-%d}"
            )
        )
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
