"""Short ways to push and grant permits, and to look at all that is kept of them."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection

from curbledger.database.scope import client_scope
from curbledger.permits.grant import Granted, grant_permit
from curbledger.permits.models import Alarm, DoNotTicket, Lot, LotTax, LotZone, Permit, Zone
from curbledger.permits.push import Pushed, push_permit
from curbledger.permits.zone import add_zone
from tests import cast

if TYPE_CHECKING:
    from uuid import UUID

    from curbledger.clients.client import Client

HOUR = timedelta(hours=1)
_MODELS = (Permit, Zone, Lot, LotZone, LotTax, DoNotTicket, Alarm)
_numbers = itertools.count(1)


def push(client: Client, plate: str = "ABC 123", *, at: datetime = cast.NOON, **said: Any) -> UUID:
    """Push a permit that is valid at `at` for an hour more. In the client's scope."""
    details: dict[str, Any] = {"starts_at": at - HOUR, "ends_at": at + HOUR, "currency": "CAD", **said}
    return push_permit(client.pk, Pushed(plate=plate, **details), at=at)


def grant(client: Client, plate: str = "ABC 123", *, at: datetime = cast.NOON, **said: Any) -> UUID:
    """Grant a permit that is valid at `at` for a year more. In the client's scope."""
    details: dict[str, Any] = {
        "short_name": "Faculty/Staff Permit",
        "starts_at": at - HOUR,
        "ends_at": at + timedelta(days=365),
        "currency": "CAD",
        **said,
    }
    return grant_permit(client.pk, Granted(plate=plate, **details), at=at)


def zone(client: Client, name: str) -> Zone:
    """A configured zone. In the client's scope."""
    return add_zone(client.pk, name, at=cast.NOON)


def fill_zone(client: Client, name: str | None, count: int, *, amount: str | None = None, **said: Any) -> None:
    """So many pushed permits that are valid at noon. In the client's scope."""
    paid = None if amount is None else Decimal(amount)
    for _ in range(count):
        push(client, f"FILL {next(_numbers)}", zone=name, amount=paid, **said)


def everything(client: Client) -> list[list[tuple[Any, ...]]]:
    """Every row that has to do with permits."""
    with client_scope(client.pk), connection.cursor() as cursor:
        rows = []
        for model in _MODELS:
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY id")
            rows.append(cursor.fetchall())
        return rows
