"""What happened to a ticket before the office moved in: fees, reductions, payments, appeals, notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from curbledger.importing.rows import insert
from curbledger.violations.ledger import Discount, Fee, Payment
from curbledger.violations.standing import Appeal, Notice

if TYPE_CHECKING:
    from curbledger.importing.context import Context
    from curbledger.importing.tickets import Ticket

_BEFORE = "Before the office moved in."


def write_aftermath(context: Context, tickets: dict[int, Ticket]) -> None:
    """Write it for these tickets, by violation."""
    insert(Fee, [_fee(context, pk, ticket) for pk, ticket in tickets.items() if ticket.money.fees])
    insert(Discount, [_discount(context, pk, ticket) for pk, ticket in tickets.items() if ticket.money.discount])
    insert(Payment, [_payment(context, pk, ticket) for pk, ticket in tickets.items() if ticket.money.paid])
    insert(Notice, [_notice(context, pk, ticket) for pk, ticket in tickets.items() if ticket.noticed_at])
    insert(Appeal, [_appeal(context, pk, ticket) for pk, ticket in tickets.items() if ticket.status == "appeal"])


def _entry(context: Context, pk: int) -> dict[str, Any]:
    return {
        "client_id": context.client.pk,
        "violation_id": pk,
        "created_at": context.days.at,
        "recorded_by": context.by,
    }


def _fee(context: Context, pk: int, ticket: Ticket) -> dict[str, Any]:
    return {**_entry(context, pk), "amount": ticket.money.fees, "kind": "imported", "reason": _BEFORE}


def _discount(context: Context, pk: int, ticket: Ticket) -> dict[str, Any]:
    return {**_entry(context, pk), "amount": ticket.money.discount, "kind": "imported", "reason": _BEFORE}


def _payment(context: Context, pk: int, ticket: Ticket) -> dict[str, Any]:
    return {
        **_entry(context, pk),
        "amount": ticket.money.paid,
        "paid_at": ticket.paid_at,
        "method": "before moving in",
        "reference": "moved-in",
    }


def _notice(context: Context, pk: int, ticket: Ticket) -> dict[str, Any]:
    return {
        "client_id": context.client.pk,
        "violation_id": pk,
        "kind": Notice.LETTER,
        "sent_at": ticket.noticed_at,
        "address": "",
    }


def _appeal(context: Context, pk: int, ticket: Ticket) -> dict[str, Any]:
    return {
        "client_id": context.client.pk,
        "violation_id": pk,
        "opened_at": ticket.status_at or ticket.issued_at,
        "text": ticket.values.get("status_reason") or "Open when the office moved in.",
    }
