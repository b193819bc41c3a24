"""All that happened to a ticket, in order: what, when, who and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from curbledger.violations.act import Act
from curbledger.violations.ledger import Adjustment, Discount, Fee, Payment
from curbledger.violations.standing import Appeal, Hold, Notice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from decimal import Decimal

    from curbledger.violations.violation import Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that happened. `detail` is a word of the domain: the kind of a hold, a decision, a method.

    `reference` is a payment's own.
    """

    at: datetime
    kind: str
    by: str = ""
    why: str = ""
    amount: Decimal | None = None
    detail: str = ""
    reference: str = ""


def timeline(violation: Violation) -> list[Moment]:
    """What happened to the ticket, oldest first. In the client's scope. Seven queries."""
    acts = list(Act.objects.filter(violation_id=violation.pk))
    moments = [*_acts(violation, acts), *_money(violation, acts), *_standing(violation)]
    return sorted(moments, key=lambda moment: moment.at)


def _acts(violation: Violation, acts: list[Act]) -> Iterator[Moment]:
    issued = next((act for act in acts if act.kind == "issued"), None)
    yield Moment(
        at=violation.issued_at, kind="issued", by=issued.done_by if issued else "", why=violation.comment or ""
    )
    for act in acts:
        if act.kind not in {"issued", "reversed"}:
            yield Moment(at=act.done_at, kind=act.kind, by=act.done_by, why=act.reason)
    # Taken over from elsewhere, or by the decision of an appeal: there is no act, and nobody is known.
    if violation.cancelled_at is not None and not any(act.kind == "cancelled" for act in acts):
        yield Moment(at=violation.cancelled_at, kind="cancelled", why=violation.cancel_reason or "")


def _money(violation: Violation, acts: list[Act]) -> Iterator[Moment]:
    reversers = {act.about: act.done_by for act in acts if act.kind == "reversed"}
    for payment in Payment.objects.filter(violation_id=violation.pk):
        yield Moment(
            at=payment.paid_at,
            kind="paid",
            by=payment.recorded_by,
            amount=payment.amount,
            detail=payment.method,
            reference=payment.reference or "",
        )
        if payment.reversed_at is not None:
            yield Moment(
                at=payment.reversed_at,
                kind="reversed",
                by=reversers.get(payment.pk, ""),
                why=payment.reversal_reason or "",
                amount=payment.amount,
            )
    for entry in Adjustment.objects.filter(violation_id=violation.pk):
        yield Moment(at=entry.created_at, kind="adjusted", by=entry.recorded_by, why=entry.reason, amount=entry.amount)
    for kind, model in (("fee", Fee), ("discount", Discount)):
        for row in model.objects.filter(violation_id=violation.pk):
            yield Moment(
                at=row.created_at, kind=kind, by=row.recorded_by, why=row.reason, amount=row.amount, detail=row.kind
            )


def _standing(violation: Violation) -> Iterator[Moment]:
    for notice in Notice.objects.filter(violation_id=violation.pk):
        detail = "letter" if notice.kind == Notice.LETTER else "mail"
        yield Moment(at=notice.sent_at, kind="noticed", detail=detail)
        if notice.returned_at is not None:
            yield Moment(at=notice.returned_at, kind="returned", detail=detail)
    for appeal in Appeal.objects.filter(violation_id=violation.pk):
        yield Moment(at=appeal.opened_at, kind="appealed", why=appeal.text)
        if appeal.decided_at is not None:
            yield Moment(
                at=appeal.decided_at,
                kind="decided",
                by=appeal.decided_by or "",
                why=appeal.decision_reason or "",
                detail=appeal.decision or "",
            )
    for hold in Hold.objects.filter(violation_id=violation.pk):
        yield Moment(at=hold.starts_at, kind="held", by=hold.placed_by, why=hold.reason, detail=hold.kind)
        if hold.released_at is not None:
            yield Moment(at=hold.released_at, kind="released", by=hold.released_by or "", why=hold.release_reason or "")
