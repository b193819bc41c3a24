"""What an office that moves in has sent out already: placements of closed batches, which never go out again."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import F

from curbledger.importing.rows import insert
from curbledger.kit import money
from curbledger.placements.batch import Batch, BatchState, Placement, PlacementState, Revision
from curbledger.placements.kept_words import CLOSED_BEFORE, MOVED_IN, PAID_BEFORE

if TYPE_CHECKING:
    from datetime import date, datetime

    from curbledger.importing.lists import Lists
    from curbledger.importing.tickets import Sent, Ticket

OUTCOME = f"{BatchState.DELIVERED.value}: {MOVED_IN}"


class Placed(NamedTuple):
    """A ticket that was sent."""

    violation_id: int
    ticket: Ticket
    sent: Sent


class Moved:
    """Writes those placements: one batch for each agency and day of an import."""

    def __init__(self, client_id: int, lists: Lists) -> None:
        self._client_id = client_id
        self._lists = lists
        self._revisions: dict[tuple[int, date], int] = {}

    def forget(self) -> None:
        """Batches that were opened may be gone: open them anew, or find them in the database."""
        self._revisions.clear()

    def place(self, tickets: dict[int, Ticket], *, at: datetime) -> None:
        """Place those of these tickets (by violation) that were sent and owed something."""
        placed = [
            Placed(pk, ticket, ticket.sent)
            for pk, ticket in tickets.items()
            if ticket.sent is not None and ticket.sent.balance > 0
        ]
        if not placed:
            return
        self._lists.add_missing("agency", (one.sent.agency for one in placed))
        by_batch: dict[int, list[Placed]] = {}
        for one in placed:
            by_batch.setdefault(self._revision(one.sent), []).append(one)
        for revision, members in by_batch.items():
            insert(Placement, [self._row(revision, one, at) for one in members])
            Revision.objects.filter(pk=revision).update(
                record_count=F("record_count") + len(members),
                total=F("total") + sum((one.sent.balance for one in members), money.ZERO),
            )

    def _revision(self, sent: Sent) -> int:
        agency = self._lists.id_of("agency", sent.agency)
        if agency is None:
            raise LookupError(sent.agency)
        key = (agency, sent.day)
        if key not in self._revisions:
            self._revisions[key] = self._open(agency, sent.at)
        return self._revisions[key]

    def _open(self, agency: int, sent_at: datetime) -> int:
        batch = Batch.objects.create(
            client_id=self._client_id,
            agency_id=agency,
            state=BatchState.DELIVERED,
            attempt=uuid.uuid4(),
            created_at=sent_at,
            delivered_at=sent_at,
        )
        # No chunks and no digest: what the other system sent was never here, and is not made up.
        revision = Revision.objects.create(
            client_id=self._client_id,
            batch_id=batch.pk,
            number=1,
            claimed_at=sent_at,
            record_count=0,
            total=0,
            bounds=[],
            tail=b"",
            outcome=OUTCOME,
            ended_at=sent_at,
        )
        return revision.pk

    def _row(self, revision: int, one: Placed, at: datetime) -> dict[str, Any]:
        ticket, amounts = one.ticket, one.ticket.money
        ended = _ended(ticket)
        return {
            "client_id": self._client_id,
            "revision_id": revision,
            "violation_id": one.violation_id,
            "cycle": 1,
            "state": ended[0],
            "balance": one.sent.balance,
            "policy_version": None,
            "decided_at": one.sent.at,
            "imported_at": at,
            "issued_at": ticket.issued_at,
            "due_at": ticket.due_at,
            "noticed_at": ticket.noticed_at,
            "fine": amounts.fine,
            "adjusted_fine": amounts.adjusted,
            "adjustment_reason": ticket.values.get("adjustment_reason"),
            "towing": amounts.towing,
            "tax": amounts.tax,
            "fees": amounts.fees,
            "discount": amounts.discount,
            # As far as the balance goes: what came in later is not part of what was placed.
            "paid": amounts.whole - one.sent.balance,
            "ended_at": at if ended[1] else None,
            "ended_reason": ended[1],
        }


def _ended(ticket: Ticket) -> tuple[PlacementState, str | None]:
    if ticket.money.owed <= 0:
        return PlacementState.PAID, PAID_BEFORE
    if ticket.status in CLOSED_BEFORE:
        return PlacementState.CLOSED, CLOSED_BEFORE[ticket.status]
    return PlacementState.OPEN, None
