"""The verb behind the agency's call: one answer is one batch, taken up again, repeated, or new."""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error, connection

from curbledger import __version__
from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.placements import idempotency
from curbledger.placements.agency import Agency, agency_for_token
from curbledger.placements.batch import Batch, BatchState, Revision
from curbledger.placements.chunks import Unprintable, chunk_at, set_aside
from curbledger.placements.claim import QUERIES, claim
from curbledger.placements.deliverer import heart
from curbledger.violations.overdue import Rule, rule_for

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal


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
        while True:
            try:
                with client_scope(asked.client_id):
                    return _hand_over(asked, attempt, at=at)
            except Unprintable as failed:
                # The transaction is gone, and the claim with it. The culprits are set aside, and the rest goes out.
                with client_scope(asked.client_id):
                    set_aside(asked.client_id, failed, at=at)
    except Error:
        # A connection that broke during the commit leaves open whether there is a claim. If there is one, nobody
        # delivers it, and this process lives on: it must be free for the next call.
        beating.settle_later(lambda: release(asked.client_id, attempt))
        raise


def release(client_id: int, attempt: uuid.UUID) -> None:
    """Free the batch of an attempt that came to nothing."""
    with client_scope(client_id):
        Batch.objects.filter(attempt=attempt, state=BatchState.DELIVERING).update(state=BatchState.UNDELIVERED)


def _hand_over(asked: Asked, attempt: uuid.UUID, *, at: datetime) -> Handoff:
    # One claim of an agency at a time: a second one waits here, and then finds only what is new. This also keeps
    # two calls with one Idempotency-Key apart.
    agency = Agency.objects.select_for_update(no_key=True).get(pk=agency_for_token(asked.token_id).pk)
    if asked.idempotency_key is not None:
        known = idempotency.find(asked.token_id, asked.path, asked.idempotency_key, asked.fingerprint)
        if known is not None:
            return _repeat(known, attempt)
    # Read under the lock: a switch that was turned meanwhile counts.
    client = Client.objects.get(pk=asked.client_id)
    handoff = _claim(rule_for(client, at=at), agency, asked, attempt)
    if asked.idempotency_key is not None:
        idempotency.remember(
            asked.client_id,
            asked.token_id,
            asked.path,
            asked.idempotency_key,
            asked.fingerprint,
            revision_id=handoff.revision.pk,
        )
    return handoff


def _claim(rule: Rule, agency: Agency, asked: Asked, attempt: uuid.UUID) -> Handoff:
    batch, earlier = _take_up(agency, attempt) or (_open(agency, attempt), None)
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


def _take_up(agency: Agency, attempt: uuid.UUID) -> tuple[Batch, Revision] | None:
    """The oldest batch that did not arrive, now this process's, and the revision that it had."""
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["take_up"], {"agency": agency.pk, "stale": settings.CURBLEDGER.deliverer_stale})
        row = cursor.fetchone()
    if row is None:
        return None
    batch = Batch.objects.get(pk=row[0])
    earlier = Revision.objects.get(batch_id=batch.pk, number=batch.revision)
    if earlier.outcome is None:
        Revision.objects.filter(pk=earlier.pk).update(outcome="undelivered: the server process ended")
    batch.revision += 1
    _own(batch, attempt)
    return batch, earlier


def _own(batch: Batch, attempt: uuid.UUID) -> None:
    batch.attempt = attempt
    batch.state = BatchState.DELIVERING
    batch.deliverer = heart().id
    batch.save(update_fields=["revision", "attempt", "state", "deliverer"])


def _repeat(revision: Revision, attempt: uuid.UUID) -> Handoff:
    """Show a revision again. Where it is the one that its batch still waits to deliver, this may deliver it."""
    batch = Batch.objects.select_for_update(no_key=True).get(pk=revision.batch_id)
    mine = False
    if batch.state != BatchState.DELIVERED and batch.revision == revision.number:
        idempotency.refuse_while_running(batch, stale=settings.CURBLEDGER.deliverer_stale)
        _own(batch, attempt)
        mine = True
    return Handoff(
        revision=revision,
        batch_uuid=batch.uuid,
        count=revision.record_count,
        total=revision.total,
        attempt=attempt if mine else None,
        replayed=True,
    )


def _tail() -> bytes:
    """The end of an answer. `csrf_token` is opaque to callers and opens nothing (contract, section 1)."""
    state = {"version": f"curbledger-{__version__}", "csrf_token": secrets.token_hex(20)}
    return b'],"state":' + json.dumps(state, separators=(",", ":")).encode() + b"}"
