"""Tokens that opened nothing, counted by address, so that every server process knows of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, models

from curbledger.kit import sql

MINUTE = timedelta(minutes=1)
# Longer than a minute, since the clocks of several servers differ.
_KEPT = timedelta(minutes=5)
_QUERIES = sql.load("curbledger.clients", "attempt.sql")


class FailedAttempt(models.Model):
    """The failures of one address in the minute that began with its first. Global: whose it was, nobody knows.

    The minute is the address's own. One of the calendar would let twice as many through around its end.
    """

    address = models.CharField(max_length=64)
    minute = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        app_label = "clients"
        db_table = "failed_attempt"
        constraints = (models.UniqueConstraint(fields=("address",), name="failed_attempt_address_is_unique"),)
        indexes = (models.Index(fields=("minute",), name="failed_attempt_minute"),)

    def __str__(self) -> str:
        return f"{self.address}: {self.count}"


def record_failed_attempt(address: str, *, at: datetime) -> int:
    """Count one more failure of the address. Returns how many there are in its minute."""
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES["record_failed_attempt"], {"address": address[:64], "at": at})
        (count,) = cursor.fetchone()
        if count == 1:
            cursor.execute(_QUERIES["forget_old_attempts"], {"before": at - _KEPT})
    return int(count)
