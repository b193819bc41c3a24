"""The client: an operator of parking, a town or a campus. Everything else belongs to exactly one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import models

from curbledger.clients.codes import code_key
from curbledger.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime


class Client(models.Model):
    """A global table: its rows say which clients there are, and nothing of what they keep."""

    code = models.CharField(max_length=50)
    key = models.CharField(max_length=50, unique=True)
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    # Off for a new client: the first pull of a migrated office would send what another agency already has.
    collecting = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "client"
        constraints = (
            models.CheckConstraint(condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="client_currency_is_iso"),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def zone(self) -> ZoneInfo:
        """Where the client's days begin and end."""
        return ZoneInfo(self.timezone)


def find_client(code: str) -> Client:
    """The client of that code, however it is spelt. Raises NotFound."""
    try:
        return Client.objects.get(key=code_key(code))
    except Client.DoesNotExist:
        raise NotFound(f"There is no client {code}. `curbledger client add {code} --name NAME` makes it.") from None


def make_client(*, code: str, name: str, timezone: str, currency: str, at: datetime) -> Client:
    """A row for a new client, not yet saved."""
    return Client(code=code, key=code_key(code), name=name, timezone=timezone, currency=currency, created_at=at)
