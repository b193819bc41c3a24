"""Idempotency-Key: the same key, token, path and body is the same call, and gets the same bytes for a day."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, models
from django.db.models.functions import Now

from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned
from curbledger.errors import KeyReused, StillRunning
from curbledger.kit import sql
from curbledger.placements.batch import Batch, BatchState, Revision

KEPT = timedelta(hours=24)
QUERIES = sql.load("curbledger.placements", "idempotency.sql")


class IdempotencyKey(ClientOwned):
    """One call that bore a key, written in the transaction of its claim."""

    token = ClientForeignKey("clients.ApiToken")
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    revision = ClientForeignKey("placements.Revision")

    class Meta:
        db_table = "idempotency_key"
        constraints = (models.UniqueConstraint("client", "token", "path", "key", name="idempotency_key_is_unique"),)

    def __str__(self) -> str:
        return self.key


def find(token_id: int, path: str, key: str, fingerprint: str) -> Revision | None:
    """What this key was answered with, if it was used in the last day. In the client's scope.

    Raises KeyReused where it came with another body.
    """
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["forget"], {"token": token_id, "kept": KEPT.total_seconds()})
    known = IdempotencyKey.objects.filter(token_id=token_id, path=path, key=key).first()
    if known is None:
        return None
    if known.fingerprint != fingerprint:
        raise KeyReused
    return Revision.objects.get(pk=known.revision_id)


def remember(client_id: int, token_id: int, path: str, key: str, fingerprint: str, *, revision_id: int) -> None:
    """Write down that this key got that revision, in the transaction of its claim.

    A revision that never arrived may be replaced by a later one; the key is kept from its first claim on.
    """
    IdempotencyKey.objects.update_or_create(
        token_id=token_id,
        path=path,
        key=key,
        defaults={"revision_id": revision_id},
        create_defaults={"client_id": client_id, "fingerprint": fingerprint, "revision_id": revision_id},
    )


def refuse_while_running(batch: Batch, *, stale: float) -> None:
    """Raise StillRunning while a living process still delivers this batch."""
    if batch.state != BatchState.DELIVERING:
        return
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["is_running"], {"deliverer": batch.deliverer, "stale": stale})
        (running,) = cursor.fetchone()
    if running:
        raise StillRunning
