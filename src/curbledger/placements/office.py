"""What a client is called, where its days begin and end, and what its amounts are in."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from curbledger.clients.client import Client
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

    In the client's scope. Raises Invalid; Conflict, for what is fixed by now.
    """
    # Whoever writes the first ticket or permit refers to this row: one of the two waits for the other.
    changed = Client.objects.select_for_update().get(pk=client.pk)
    fixed = what_is_fixed()
    wanted = {
        "name": changed.name if name is None else check_name(name),
        "timezone": changed.timezone if timezone is None else check_zone(timezone),
        "currency": changed.currency if currency is None else check_currency(currency),
    }
    for field, why in (("timezone", fixed.timezone), ("currency", fixed.currency)):
        if why and wanted[field] != getattr(changed, field):
            raise FixedByNow(why, field=field)
    for field, value in wanted.items():
        setattr(changed, field, value)
    changed.save(update_fields=list(wanted))
    return changed
