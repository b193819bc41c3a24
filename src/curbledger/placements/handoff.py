"""The verb behind the agency's call: one answer is one batch, taken up again, repeated, or new."""

from __future__ import annotations

import json
import secrets
import uuid
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from curbledger import __version__
from curbledger.clients.client import Client
from curbledger.database.deadlocks import outlive_deadlocks
from curbledger.database.scope import bound_waiting, client_scope, promise_handoff
from curbledger.errors import CurbledgerError, NotFound
from curbledger.placements import idempotency
from curbledger.placements.agency import Agency, agency_for_token
from curbledger.placements.batch import Batch, BatchState, Revision
from curbledger.placements.chunks import Unprintable, chunk_at, set_aside
from curbledger.placements.claim import TAKE_UP, claim, still_stands
from curbledger.placements.deliverer import heart
from curbledger.placements.retention import refuse_erased
from curbledger.violations.overdue import Rule, rule_for

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

# How long a claim waits for a row before it gives up as a whole.
_LOCK_SECONDS = 60.0
# How long the thread that writes signs of life waits to learn how a claim ended; it asks again with a later beat.
_OUTCOME_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, from where, and how the call is named."""

    client_id: int
    token_id: int
    token_name: str
    remote_address: str
    user_agent: str
    path: str
    idempotency_key: str | None = None
    fingerprint: str = ""


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


def hand_over(asked: Asked, *, at: datetime) -> Handoff:
    """Claim what is overdue for the agency of this token, or take up what did not arrive; in one transaction.

    Raises NotFound for a token without an agency; StillRunning and KeyReused for an Idempotency-Key.
    """
    beating = heart()
    attempt = uuid.uuid4()
    try:
        return _with_culprits_set_aside(asked, attempt, at=at)
    except CurbledgerError:
        raise
    except Exception:
        # A connection that broke during the commit leaves open whether there is a claim. If there is one, nobody
        # delivers it, and this process lives on: it must be free for the next call.
        beating.settle_later(partial(release, asked, attempt))
        raise


def _with_culprits_set_aside(asked: Asked, attempt: uuid.UUID, *, at: datetime) -> Handoff:
    def claim_all() -> Handoff:
        with client_scope(asked.client_id):
            return _hand_over(asked, attempt, at=at)

    while True:
        try:
            # Somebody may lock several tickets in another order than that of their ids.
            return outlive_deadlocks(claim_all)
        except Unprintable as failed:
            # The transaction is gone, and the claim with it. The culprits are set aside, and the rest goes out.
            with client_scope(asked.client_id):
                set_aside(asked.client_id, failed, at=at)


def release(asked: Asked, attempt: uuid.UUID) -> None:
    """Free the batch of an attempt that came to nothing. Raises OperationalError while that cannot be known yet.

    The attempt's transaction may outlive its connection: the server may still be writing the commit. It holds the
    agency until it is over, so whoever has the agency sees whether there is a batch.
    """
    with client_scope(asked.client_id):
        bound_waiting(lock_seconds=_OUTCOME_SECONDS)
        # A token that collects for no agency any more holds nobody up.
        with suppress(NotFound):
            _lock_agency(asked.token_id)
        Batch.objects.filter(attempt=attempt, state=BatchState.DELIVERING).update(state=BatchState.UNDELIVERED)


def _lock_agency(token_id: int) -> Agency:
    return Agency.objects.select_for_update(no_key=True).get(pk=agency_for_token(token_id).pk)


def _hand_over(asked: Asked, attempt: uuid.UUID, *, at: datetime) -> Handoff:
    promise_handoff(lock_seconds=_LOCK_SECONDS)
    # One claim of an agency at a time: a second one waits here, and then finds only what is new. This also keeps
    # two calls with one Idempotency-Key apart.
    agency = _lock_agency(asked.token_id)
    # Read under the lock: a switch that was turned meanwhile counts.
    rule = rule_for(Client.objects.get(pk=asked.client_id), at=at)
    if asked.idempotency_key is None:
        return _claim(rule, agency, asked, attempt, _oldest_to_take_up(agency))
    known = idempotency.find(asked.token_id, asked.path, asked.idempotency_key, asked.fingerprint)
    if known is None:
        handoff = _claim(rule, agency, asked, attempt, _oldest_to_take_up(agency))
    else:
        batch = Batch.objects.select_for_update(no_key=True).get(pk=known.batch_id)
        # What has arrived, what a later revision replaces, and what another agency got is only shown again.
        if batch.state == BatchState.DELIVERED or batch.revision != known.number or batch.agency_id != agency.pk:
            refuse_erased(known)
            return _repeat(known, batch, None)
        idempotency.refuse_while_running(batch, stale=settings.CURBLEDGER.deliverer_stale)
        if still_stands(rule, agency, known):
            _own(batch, attempt)
            return _repeat(known, batch, attempt)
        # It never arrived, and somebody has paid since: the same bytes would bill them. The next revision does not.
        handoff = _claim(rule, agency, asked, attempt, batch)
    idempotency.remember(
        asked.client_id,
        asked.token_id,
        asked.path,
        asked.idempotency_key,
        asked.fingerprint,
        revision_id=handoff.revision.pk,
    )
    return handoff


def _claim(rule: Rule, agency: Agency, asked: Asked, attempt: uuid.UUID, broken: Batch | None) -> Handoff:
    """A new batch, or the next revision of one that did not arrive."""
    earlier = None if broken is None else _close_revision(broken)
    batch = _open(agency, attempt) if broken is None else _own(broken, attempt, revision=broken.revision + 1)
    revision = Revision.objects.create(
        client_id=agency.client_id,
        batch_id=batch.pk,
        number=batch.revision,
        claimed_at=rule.at,
        record_count=0,
        total=0,
        bounds=[],
        tail=_tail(),
        token_name=asked.token_name,
        remote_address=asked.remote_address[:64],
        user_agent=asked.user_agent[:400],
    )
    claimed = claim(rule, agency, revision, earlier=earlier)
    revision.record_count, revision.total, revision.bounds = claimed.count, claimed.total, claimed.bounds
    revision.save(update_fields=["record_count", "total", "bounds"])
    if claimed.count:
        chunk_at(revision, 0)
    return Handoff(revision=revision, batch_uuid=batch.uuid, count=claimed.count, total=claimed.total, attempt=attempt)


def _open(agency: Agency, attempt: uuid.UUID) -> Batch:
    return Batch.objects.create(
        client_id=agency.client_id,
        agency_id=agency.pk,
        state=BatchState.DELIVERING,
        deliverer=heart().id,
        attempt=attempt,
    )


def _oldest_to_take_up(agency: Agency) -> Batch | None:
    """The agency's oldest batch that did not arrive, locked."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_UP, {"agency": agency.pk, "stale": settings.CURBLEDGER.deliverer_stale})
        row = cursor.fetchone()
    return None if row is None else Batch.objects.get(pk=row[0])


def _close_revision(batch: Batch) -> Revision:
    """The revision that a batch had so far. One without an outcome belonged to a process that died."""
    earlier = Revision.objects.get(batch_id=batch.pk, number=batch.revision)
    if earlier.outcome is None:
        Revision.objects.filter(pk=earlier.pk).update(outcome="undelivered: the server process ended")
    return earlier


def _own(batch: Batch, attempt: uuid.UUID, *, revision: int | None = None) -> Batch:
    batch.revision = revision or batch.revision
    batch.attempt = attempt
    batch.state = BatchState.DELIVERING
    batch.deliverer = heart().id
    batch.save(update_fields=["revision", "attempt", "state", "deliverer"])
    return batch


def _repeat(revision: Revision, batch: Batch, attempt: uuid.UUID | None) -> Handoff:
    """Show a revision again. With an attempt, this delivers the batch, which still waited for it."""
    return Handoff(
        revision=revision,
        batch_uuid=batch.uuid,
        count=revision.record_count,
        total=revision.total,
        attempt=attempt,
        replayed=True,
    )


def _tail() -> bytes:
    """The end of an answer. `csrf_token` is opaque to callers and opens nothing (contract, section 1)."""
    state = {"version": f"curbledger-{__version__}", "csrf_token": secrets.token_hex(20)}
    return b'],"state":' + json.dumps(state, separators=(",", ":")).encode() + b"}"
