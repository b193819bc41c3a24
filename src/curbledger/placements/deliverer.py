"""Server processes and their signs of life. Global: a process serves every client."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now


class Deliverer(models.Model):
    """One server process. Times are the database's, so that machines whose clocks differ agree."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "deliverer"

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"
