"""All that happened to a ticket, in order: what, when, who and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from curbledger.clients.audit_entry import AuditEntry
from curbledger.database.actor import Actor
from curbledger.kit import clock
from curbledger.registry.vehicle import Driver
from curbledger.violations.act import Act
from curbledger.violations.ledger import Adjustment, Discount, Fee, Payment
from curbledger.violations.standing import Appeal, Hold, Notice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from decimal import Decimal

    from curbledger.clients.client import Client
    from curbledger.violations.violation import Violation


# What happened so long ago at most was written down by whoever did it: yesterday's letter, but not an imported appeal.
_WRITTEN_DOWN = timedelta(days=1)
# Rows that name nobody who made them; the audit does.
_UNSIGNED = ("violation", "appeal", "notice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that happened. `detail` is a word of the domain: the kind of a hold, a decision, a method.

    `by` is empty where nobody is known; `by_kind` says what kind of actor the audit names (database/actor.py), empty
    for staff. `officer` is the number of whoever wrote the ticket, as it came with it. `reference` is a payment's own.
    """

    at: datetime
    kind: str
    by: str = ""
    by_kind: str = ""
    officer: int | None = None
    why: str = ""
    amount: Decimal | None = None
    detail: str = ""
    reference: str = ""


def timeline(client: Client, violation: Violation, *, with_people: bool = True) -> list[Moment]:
    """What happened to the ticket, oldest first. In the client's scope. Ten queries.

    Without `with_people` it does not say why a person was held back, only that they were.
    """
    acts = list(Act.objects.filter(violation_id=violation.pk))
    appeals = list(Appeal.objects.filter(violation_id=violation.pk))
    added = _added(violation)
    moments = [
        *_issue(violation, acts, added),
        *_acts(violation, acts, appeals),
        *_money(violation, acts),
        *_told(violation, added),
        *_contested(appeals, added),
        *_holds(client, violation, with_people=with_people),
    ]
    return sorted(moments, key=lambda moment: moment.at)


def _added(violation: Violation) -> dict[tuple[str, int], AuditEntry]:
    """By whom the ticket's rows were added, by table and row, as far as the audit knows."""
    own = AuditEntry.objects.filter(about_violation=violation.pk, act="added", about__in=_UNSIGNED)
    added = {(entry.about, entry.about_row): entry for entry in own}
    if (ticket := ("violation", violation.pk)) not in added:
        # One of many rows that came with one statement.
        whole = AuditEntry.objects.filter(
            about="violation", act="added", about_row__lte=violation.pk, about_last__gte=violation.pk
        ).first()
        if whole is not None:
            added[ticket] = whole
    return added


def _by(entry: AuditEntry | None, moment: Moment) -> Moment:
    """The same moment, with who did it. Whoever wrote a row down long after did not do what it tells."""
    if entry is None or entry.at - moment.at > _WRITTEN_DOWN:
        return moment
    return replace(moment, by=entry.by_name, by_kind="" if entry.by_kind == Actor.STAFF else entry.by_kind)


def _issue(violation: Violation, acts: list[Act], added: dict[tuple[str, int], AuditEntry]) -> Iterator[Moment]:
    issued = next((act for act in acts if act.kind == "issued"), None)
    yield Moment(
        at=violation.issued_at,
        kind="issued",
        by=issued.done_by if issued else "",
        officer=violation.writer,
        why=violation.comment or "",
    )
    if issued is None:
        # Written elsewhere: how it came here is another thing that happened.
        entry = added.get(("violation", violation.pk))
        yield _by(entry, Moment(at=entry.at if entry else violation.created_at, kind="brought_in"))


def _acts(violation: Violation, acts: list[Act], appeals: list[Appeal]) -> Iterator[Moment]:
    for act in acts:
        if act.kind not in {"issued", "reversed"}:
            yield Moment(at=act.done_at, kind=act.kind, by=act.done_by, why=act.reason)
    # By the decision of an appeal, or taken over from elsewhere: there is no act; of the latter nobody is known.
    if violation.cancelled_at is not None and not any(act.kind == "cancelled" for act in acts):
        decided = (appeal.decided_by for appeal in appeals if appeal.decided_at == violation.cancelled_at)
        by = next(decided, None) or ""
        yield Moment(at=violation.cancelled_at, kind="cancelled", by=by, why=violation.cancel_reason or "")


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


def _told(violation: Violation, added: dict[tuple[str, int], AuditEntry]) -> Iterator[Moment]:
    for notice in Notice.objects.filter(violation_id=violation.pk):
        detail = "letter" if notice.kind == Notice.LETTER else "mail"
        yield _by(added.get(("notice", notice.pk)), Moment(at=notice.sent_at, kind="noticed", detail=detail))
        if notice.returned_at is not None:
            yield Moment(at=notice.returned_at, kind="returned", detail=detail)


def _contested(appeals: list[Appeal], added: dict[tuple[str, int], AuditEntry]) -> Iterator[Moment]:
    for appeal in appeals:
        opened = Moment(at=appeal.opened_at, kind="appealed", why=appeal.text)
        yield _by(added.get(("appeal", appeal.pk)), opened)
        if appeal.decided_at is not None:
            yield Moment(
                at=appeal.decided_at,
                kind="decided",
                by=appeal.decided_by or "",
                why=appeal.decision_reason or "",
                detail=appeal.decision or "",
            )


def _holds(client: Client, violation: Violation, *, with_people: bool) -> Iterator[Moment]:
    """Those on the ticket; and on its person, or on who drives the vehicle of one that names nobody."""
    if violation.person_id is not None:
        person = Q(person_id=violation.person_id)
    elif violation.vehicle_id is None:
        person = Q(pk__in=())
    else:
        person = Q(person_id__in=Driver.objects.filter(vehicle_id=violation.vehicle_id).values("person_id"))
    issued_on = clock.local_day(violation.issued_at, client.zone)
    held = Q(petition_on__isnull=True) | Q(petition_on__gte=issued_on)
    for hold in Hold.objects.filter(Q(violation_id=violation.pk) | person & held):
        on_person = hold.person_id is not None
        told = with_people or not on_person
        yield Moment(
            at=hold.starts_at,
            kind="person_held" if on_person else "held",
            by=hold.placed_by,
            why=hold.reason if told else "",
            detail=hold.kind,
        )
        if hold.released_at is not None:
            yield Moment(
                at=hold.released_at,
                kind="person_released" if on_person else "released",
                by=hold.released_by or "",
                why=(hold.release_reason or "") if told else "",
            )
