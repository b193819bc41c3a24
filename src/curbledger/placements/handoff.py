"""The verb behind the agency's call: one answer is one batch, taken up again, repeated, or new."""

from __future__ import annotations

import logging
import uuid
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings

from curbledger.clients.client import Client
from curbledger.database.deadlocks import outlive_deadlocks
from curbledger.database.scope import bound_waiting, client_scope, promise_handoff
from curbledger.errors import CurbledgerError, NotFound
from curbledger.placements import idempotency
from curbledger.placements.agency import Agency, agency_for_token
from curbledger.placements.batch import Batch, BatchState, Revision
from curbledger.placements.chunks import Unprintable, set_aside
from curbledger.placements.claim import still_stands
from curbledger.placements.deliverer import heart
from curbledger.placements.guards import GuardTripped, note_refusal, refuse_stale_payments
from curbledger.placements.retention import refuse_erased
from curbledger.placements.sending import LOCK_SECONDS, Handoff, Sender, next_sending, oldest_to_take_up, own
from curbledger.violations.overdue import rule_for

if TYPE_CHECKING:
    from datetime import datetime

_log = logging.getLogger(__name__)
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


def hand_over(asked: Asked, *, at: datetime) -> Handoff:
    """Claim what is overdue for the agency of this token, or take up what did not arrive; in one transaction.

    Where the policy asks for a second person, only what did not arrive and was approved goes again. Raises NotFound for
    a token without an agency; StillRunning and KeyReused for an Idempotency-Key; GuardTripped where a guard stops it.
    """
    beating = heart()
    attempt = uuid.uuid4()
    try:
        return _with_culprits_set_aside(asked, attempt, at=at)
    except GuardTripped as tripped:
        # Nothing of the claim is left; that it was refused is for staff to see.
        _log.warning("a call of the agency %s is refused: %s", tripped.agency_name, tripped)
        with client_scope(asked.client_id):
            note_refusal(asked.client_id, tripped, at=at)
        raise
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
    promise_handoff(lock_seconds=LOCK_SECONDS)
    # One claim of an agency at a time: a second one waits here, and then finds only what is new. This also keeps
    # two calls with one Idempotency-Key apart.
    agency = _lock_agency(asked.token_id)
    # Read under the lock: a switch that was turned meanwhile counts.
    rule = rule_for(Client.objects.get(pk=asked.client_id), at=at)
    known = None
    if asked.idempotency_key is not None:
        known = idempotency.find(asked.token_id, asked.path, asked.idempotency_key, asked.fingerprint)
    if known is None:
        broken = oldest_to_take_up(agency)
    else:
        broken = Batch.objects.select_for_update(no_key=True).get(pk=known.batch_id)
        # What has arrived, what a later revision replaces, and what another agency got is only shown again.
        if broken.state == BatchState.DELIVERED or broken.revision != known.number or broken.agency_id != agency.pk:
            refuse_erased(known)
            return _repeat(known, broken, None)
        idempotency.refuse_while_running(broken, stale=settings.CURBLEDGER.deliverer_stale)
        if still_stands(rule, agency, known):
            refuse_stale_payments(rule, agency, broken)
            own(broken, attempt, state=BatchState.DELIVERING)
            return _repeat(known, broken, attempt)
        # It never arrived, and somebody has paid since: the same bytes would bill them. The next revision does not.
    sender = Sender(
        token_name=asked.token_name, remote_address=asked.remote_address[:64], user_agent=asked.user_agent[:400]
    )
    handoff = next_sending(rule, agency, sender, attempt, broken, only_again=rule.policy.second_person)
    if asked.idempotency_key is None:
        return handoff
    idempotency.remember(
        asked.client_id,
        asked.token_id,
        asked.path,
        asked.idempotency_key,
        asked.fingerprint,
        revision_id=handoff.revision.pk,
    )
    return handoff


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
