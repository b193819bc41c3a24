"""A batch's next sending: claimed, written down with who brought it about, its first records stored.

An agency's call and staff both go this way (handoff.py, by_staff.py). In the client's scope, with the agency locked.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from curbledger import __version__
from curbledger.placements.batch import Batch, BatchState, Revision
from curbledger.placements.chunks import chunk_at
from curbledger.placements.claim import TAKE_UP, claim
from curbledger.placements.deliverer import heart
from curbledger.placements.guards import refuse_stale_payments, refuse_unusual
from curbledger.placements.kept_words import PROCESS_ENDED

if TYPE_CHECKING:
    import uuid
    from decimal import Decimal

    from curbledger.placements.agency import Agency
    from curbledger.violations.overdue import Rule

# How long a claim waits for a row before it gives up as a whole.
LOCK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Handoff:
    """An answer that is ready to be sent: claimed, its first chunk stored, nothing sent yet.

    `attempt` is what this delivery holds of the batch; None for a repetition that changes nothing about it.
    """

    revision: Revision
    batch_uuid: uuid.UUID
    count: int
    total: Decimal
    attempt: uuid.UUID | None
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who brings a sending about: an agency's token from somewhere, or a member of staff.

    `override` is why a member of staff lets it go though a guard stops it.
    """

    token_name: str = ""
    remote_address: str = ""
    user_agent: str = ""
    staff: str = ""
    override: str = ""


def next_sending(
    rule: Rule,
    agency: Agency,
    sender: Sender,
    attempt: uuid.UUID,
    broken: Batch | None,
    *,
    state: BatchState = BatchState.DELIVERING,
    only_again: bool = False,
) -> Handoff:
    """A new batch, or the next revision of one that did not arrive. `only_again`: with nothing that is new.

    Raises GuardTripped where a guard stops it, and Unprintable; nothing of it may be kept then.
    """
    earlier = None if broken is None else _close_revision(broken)
    if broken is None:
        batch = _open(agency, attempt, state)
    else:
        batch = own(broken, attempt, state=state, revision=broken.revision + 1)
    revision = Revision.objects.create(
        client_id=agency.client_id,
        batch_id=batch.pk,
        number=batch.revision,
        claimed_at=rule.at,
        record_count=0,
        total=0,
        bounds=[],
        tail=_tail(),
        token_name=sender.token_name,
        remote_address=sender.remote_address,
        user_agent=sender.user_agent,
        handed_over_by=sender.staff,
    )
    # A call that can bring nothing is answered with nothing, whatever the guards say.
    if not (only_again and broken is None):
        refuse_stale_payments(rule, agency, batch, staff=sender.staff, override=sender.override)
    claimed = claim(rule, agency, revision, earlier=earlier, only_again=only_again)
    if claimed.count:
        sum_of = (claimed.count, claimed.total)
        refuse_unusual(rule, agency, batch, *sum_of, staff=sender.staff, override=sender.override)
    revision.record_count, revision.total, revision.bounds = claimed.count, claimed.total, claimed.bounds
    revision.save(update_fields=["record_count", "total", "bounds"])
    if claimed.count:
        chunk_at(revision, 0)
    return Handoff(revision=revision, batch_uuid=batch.uuid, count=claimed.count, total=claimed.total, attempt=attempt)


def oldest_to_take_up(agency: Agency) -> Batch | None:
    """The agency's oldest batch that did not arrive, locked."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_UP, {"agency": agency.pk, "stale": settings.CURBLEDGER.deliverer_stale})
        row = cursor.fetchone()
    return None if row is None else Batch.objects.get(pk=row[0])


def own(batch: Batch, attempt: uuid.UUID, *, state: BatchState, revision: int | None = None) -> Batch:
    """Set out to deliver a batch: whoever did before has lost it."""
    batch.revision = revision or batch.revision
    batch.attempt = attempt
    batch.state = state
    batch.deliverer = _deliverer(state)
    batch.save(update_fields=["revision", "attempt", "state", "deliverer"])
    return batch


def _open(agency: Agency, attempt: uuid.UUID, state: BatchState) -> Batch:
    return Batch.objects.create(
        client_id=agency.client_id, agency_id=agency.pk, state=state, deliverer=_deliverer(state), attempt=attempt
    )


def _deliverer(state: BatchState) -> uuid.UUID | None:
    """This process, where it is what delivers."""
    return heart().id if state == BatchState.DELIVERING else None


def _close_revision(batch: Batch) -> Revision:
    """The revision that a batch had so far. One without an outcome belonged to a process that died."""
    earlier = Revision.objects.get(batch_id=batch.pk, number=batch.revision)
    if earlier.outcome is None:
        Revision.objects.filter(pk=earlier.pk).update(outcome=f"{BatchState.UNDELIVERED.value}: {PROCESS_ENDED}")
    return earlier


def _tail() -> bytes:
    """The end of an answer. `csrf_token` is opaque to callers and opens nothing (contract, section 1)."""
    state = {"version": f"curbledger-{__version__}", "csrf_token": secrets.token_hex(20)}
    return b'],"state":' + json.dumps(state, separators=(",", ":")).encode() + b"}"
