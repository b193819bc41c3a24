"""Idempotency-Key: the same key, token, path and body is the same call, and gets the same bytes for a day."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned

KEPT = timedelta(hours=24)


class IdempotencyKey(ClientOwned):
    """One call that bore a key, written in the transaction of its claim."""

    token = ClientForeignKey("clients.ApiToken")
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    revision = ClientForeignKey("placements.Revision", null=True)

    class Meta:
        db_table = "idempotency_key"
        constraints = (
            models.UniqueConstraint("client", "token", "path", "key", name="idempotency_key_is_unique"),
        )

    def __str__(self) -> str:
        return self.key
