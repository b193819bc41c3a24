"""What a client is called, where its days begin and end, and what its amounts are in."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict
from curbledger.permits.permit import Permit
from curbledger.registry.opening import check_currency, check_name, check_zone
from curbledger.violations.violation import Violation


class FixedByNow(Conflict):
    """Too much rests on it by now."""

    code = "fixed"

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


# What amounts and days rest on.
_RESTED_ON = ("timezone", "currency")
# Others wait behind this lock as long as it waits.
_PATIENCE_MS = 2000


@dataclass(frozen=True, slots=True)
class Fixed:
    """Why something cannot be changed any more; empty where it can."""

    timezone: str
    currency: str


def what_is_fixed() -> Fixed:
    """What of the client stays as it is, and why. In the client's scope."""
    tickets = Violation.objects.exists()
    zone = currency = ""
    if tickets:
        # A due day is kept as the moment at which it ends: by another calendar it would be another day.
        zone = _("There are tickets: their due days, notices and holds were counted by this time zone.")
    if tickets or Permit.objects.filter(amount__isnull=False).exists():
        # Amounts carry no currency of their own: what was 50.00 CAD would be 50.00 USD.
        currency = _("There are amounts in this currency: fines, payments or permits. They would not be converted.")
    return Fixed(zone, currency)


def change_client(
    client: Client, *, name: str | None = None, timezone: str | None = None, currency: str | None = None
) -> Client:
    """Call a client something else, or set its time zone or currency while nothing rests on it; what is None stays.

    In the client's scope. Raises Invalid; FixedByNow; Conflict while tickets are being written.
    """
    given = {
        "name": None if name is None else check_name(name),
        "timezone": None if timezone is None else check_zone(timezone),
        "currency": None if currency is None else check_currency(currency),
    }
    there = Client.objects.get(pk=client.pk)
    # Before the client's own row: whoever imports holds that, and would wait for the tables.
    if any(given[field] not in {None, getattr(there, field)} for field in _RESTED_ON):
        _hold_still(client)
    changed = Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    if any(getattr(changed, field) != getattr(there, field) for field in _RESTED_ON):
        raise Conflict(_("Somebody else changed this meanwhile. Open it again to see what it is now."))
    fixed = what_is_fixed()
    for field, why in ((field, getattr(fixed, field)) for field in _RESTED_ON):
        if why and given[field] not in {None, getattr(changed, field)}:
            raise FixedByNow(why, field=field)
    for field, value in given.items():
        setattr(changed, field, getattr(changed, field) if value is None else value)
    changed.save(update_fields=list(given))
    return changed


def _hold_still(client: Client) -> None:
    """Let nobody write the first ticket or permit meanwhile, for the moment that it takes.

    A row that refers to the client asks for it at its commit only, so a lock on the client's row would come too late.
    Whoever writes holds the table, and perhaps the row as an import does: neither is waited for beyond that.
    """
    try:
        with client_scope(client.pk), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = %s", [_PATIENCE_MS])
            cursor.execute("LOCK TABLE violation, permit IN SHARE MODE")
            Client.objects.select_for_update(no_key=True, nowait=True).get(pk=client.pk)
    except OperationalError:
        raise Conflict(_("Tickets are being written just now. Try again in a moment.")) from None
