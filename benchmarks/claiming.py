"""A claim alone, with a stopwatch; and everything put back, so that the same can be claimed again."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from django.db import connection

from curbledger.database.scope import client_scope, promise_handoff
from curbledger.kit import clock
from curbledger.placements.agency import Agency
from curbledger.placements.batch import Batch, BatchState, Revision
from curbledger.placements.claim import claim
from curbledger.violations.overdue import rule_for

if TYPE_CHECKING:
    from benchmarks.installation import Installation
    from curbledger.clients.client import Client

_PATIENCE = 60.0
_NEWER = "SELECT id FROM batch_revision WHERE batch_id > %(after)s"
_PLACED = f"SELECT violation_id FROM placement WHERE revision_id IN ({_NEWER})"
# In the order in which nothing refers to what is deleted.
_FORGET = (
    f"UPDATE violation SET sent_at = NULL WHERE id IN ({_PLACED})",
    *(
        f"DELETE FROM {table} WHERE revision_id IN ({_NEWER})"
        for table in ("idempotency_key", "batch_erasure", "batch_chunk", "placement")
    ),
    "DELETE FROM batch_revision WHERE batch_id > %(after)s",
    "DELETE FROM batch WHERE id > %(after)s",
)


def timed_claim(client: Client) -> tuple[int, float]:
    """Claim for the agency as a call does, but print nothing. Returns how many, and the seconds to the commit."""
    began = time.perf_counter()
    with client_scope(client.pk):
        promise_handoff(lock_seconds=_PATIENCE)
        agency = Agency.objects.select_for_update(no_key=True).get()
        rule = rule_for(client, at=clock.now())
        batch = Batch.objects.create(
            client_id=client.pk, agency_id=agency.pk, state=BatchState.DELIVERED, attempt=uuid.uuid4()
        )
        revision = Revision.objects.create(
            client_id=client.pk,
            batch_id=batch.pk,
            number=1,
            claimed_at=rule.at,
            record_count=0,
            total=0,
            bounds=[],
            tail=b"",
        )
        claimed = claim(rule, agency, revision)
        Revision.objects.filter(pk=revision.pk).update(
            record_count=claimed.count, total=claimed.total, bounds=claimed.bounds
        )
    return claimed.count, time.perf_counter() - began


def forget(house: Installation, client: Client, *, after: int = 0) -> None:
    """Undo every handoff of a batch above `after`, as the tables' owner can, and clear away what that leaves."""
    with client_scope(client.pk), connection.cursor() as cursor:
        for statement in _FORGET:
            cursor.execute(statement, {"after": after})
    house.tidy("violation", "placement", "batch_chunk", "batch_revision", "batch")


def wait_until_delivered(client: Client) -> None:
    """Until the server has learned that its last answer arrived."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with client_scope(client.pk):
            if not Batch.objects.exclude(state=BatchState.DELIVERED).exists():
                return
        time.sleep(0.01)
    raise RuntimeError("a handoff was not delivered")
