"""Staff hand over: now, by the claim that an agency's call makes, left for that call or as a file.

Left for the call, the batch is claimed and undelivered, so that the agency's next call takes it up as its next
revision, decided anew. As a file it awaits somebody's word that the file arrived: no call takes it up meanwhile, and
what becomes overdue goes in another batch. Where it did not arrive, it is undelivered as any other.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _

from curbledger.clients.client import Client
from curbledger.database.deadlocks import outlive_deadlocks
from curbledger.database.scope import client_scope, promise_handoff
from curbledger.errors import Conflict, NotFound
from curbledger.placements.agency import Agency
from curbledger.placements.batch import Batch, BatchState, Revision
from curbledger.placements.chunks import Unprintable, set_aside
from curbledger.placements.kept_words import FILE_ARRIVED, FILE_LOST, LEFT_FOR_CALL
from curbledger.placements.sending import LOCK_SECONDS, Handoff, Sender, next_sending, oldest_to_take_up
from curbledger.violations.overdue import rule_for

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal


class Way(models.TextChoices):
    """How a batch gets to its agency."""

    CALL = "call"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Seen:
    """Count and total that somebody agreed to."""

    count: int
    total: Decimal


class NeedsSecondPerson(Conflict):
    """The policy asks for a second person: propose it, and let somebody else approve it."""

    code = "needs_second_person"


def hand_over_by_staff(
    client: Client, agency_id: int, *, way: Way, at: datetime, by: str, override: str = "", approved: Seen | None = None
) -> Handoff:
    """Hand over to an agency what is overdue now, with what did not arrive. In the client's scope, whole or not at all.

    `approved` is what a second person saw: no more than that goes. `override` says why it goes though a guard stops it.
    Raises NotFound; NeedsSecondPerson; GuardTripped; Conflict where nothing would go, or more than was approved.
    """

    def claim_all() -> Handoff:
        with client_scope(client.pk):
            return _claim(client, agency_id, way=way, at=at, by=by, override=override.strip(), approved=approved)

    while True:
        try:
            # Only this savepoint is gone after a deadlock; what the page did before stays.
            return outlive_deadlocks(claim_all)
        except Unprintable as failed:
            set_aside(client.pk, failed, at=at)


def _claim(
    client: Client, agency_id: int, *, way: Way, at: datetime, by: str, override: str, approved: Seen | None
) -> Handoff:
    promise_handoff(lock_seconds=LOCK_SECONDS)
    agency = lock_agency(agency_id)
    # Read under the lock: a switch that was turned meanwhile counts.
    rule = rule_for(Client.objects.get(pk=client.pk), at=at)
    if approved is None and rule.policy.second_person:
        raise NeedsSecondPerson(_("The policy asks for a second person: propose it, and let somebody else approve it."))
    handoff = next_sending(
        rule,
        agency,
        Sender(staff=by, override=override),
        uuid.uuid4(),
        oldest_to_take_up(agency),
        state=BatchState.AWAITING if way == Way.FILE else BatchState.UNDELIVERED,
    )
    if not handoff.count:
        raise Conflict(_("Nothing is to be handed over to {agency} now.").format(agency=agency.name))
    if approved is not None and (handoff.count > approved.count or handoff.total > approved.total):
        raise Conflict(_("More would go now than you have seen: look at it again."))
    if way == Way.CALL:
        Revision.objects.filter(pk=handoff.revision.pk).update(
            outcome=f"{BatchState.UNDELIVERED.value}: {LEFT_FOR_CALL}", ended_at=at, ended_by=by
        )
    return handoff


def lock_agency(agency_id: int) -> Agency:
    """The agency, locked: one claim of an agency at a time, of its own call or of staff. Raises NotFound."""
    agency = Agency.objects.select_for_update(no_key=True).filter(pk=agency_id).first()
    if agency is None:
        raise NotFound(_("There is no such agency."))
    return agency


def settle_file(batch: uuid.UUID, revision: int, *, arrived: bool, at: datetime, by: str) -> None:
    """Say whether the file of a revision arrived. In the client's scope.

    Arrived, it is delivered. If not, the agency's next call or the next handoff brings the batch's next revision.
    Raises NotFound; Conflict where somebody has said so already, or another revision was made since.
    """
    state = BatchState.DELIVERED if arrived else BatchState.UNDELIVERED
    # Compare and set: of two who say different things at once, the first counts.
    waiting = Batch.objects.filter(uuid=batch, revision=revision, state=BatchState.AWAITING)
    if not waiting.update(state=state, attempt=uuid.uuid4(), delivered_at=at if arrived else None):
        if not Batch.objects.filter(uuid=batch).exists():
            raise NotFound(_("There is no such batch."))
        raise Conflict(_("This file does not wait for anybody's word any more."))
    said = f"{state.value}: {FILE_ARRIVED if arrived else FILE_LOST}"
    Revision.objects.filter(batch__uuid=batch, number=revision).update(outcome=said, ended_at=at, ended_by=by)
