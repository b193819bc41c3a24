"""What each lot is worth: its room, the permits valid in it now, and what they brought in, with taxes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from django.db import connection

from curbledger.kit import money, sql
from curbledger.permits.lot_tax import NONE, LotTax

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

_QUERIES = sql.load("curbledger.permits", "counts.sql")
_WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LotValues:
    """One lot at one moment, and the client's two tax rates, in percent."""

    number: int
    lot_type: str
    name: str
    default_cost: Decimal
    total_permits: int
    rented_permits: int
    amount: Decimal
    rate1: Decimal
    rate2: Decimal

    @property
    def utilized(self) -> Decimal:
        """Percent of its room that is rented; none where it has no room."""
        if not self.total_permits:
            return money.ZERO
        return _cents(Decimal(_WHOLE * self.rented_permits) / self.total_permits)

    @property
    def projected(self) -> Decimal:
        """What all of its room would bring in."""
        return self.default_cost * self.total_permits

    @property
    def tax1(self) -> Decimal:
        """The first tax on the amount."""
        return _cents(self.amount * self.rate1 / _WHOLE)

    @property
    def tax2(self) -> Decimal:
        """The second tax, on the amount alone as the first is."""
        return _cents(self.amount * self.rate2 / _WHOLE)

    @property
    def tax(self) -> Decimal:
        """Both taxes."""
        return self.tax1 + self.tax2

    @property
    def total(self) -> Decimal:
        """The amount with its taxes."""
        return self.amount + self.tax


def value_lots(*, zone: ZoneInfo, at: datetime) -> list[LotValues]:
    """Every lot, by number. `zone` is where the client's hours are. In the client's scope."""
    local = at.astimezone(zone)
    tax = LotTax.objects.first()
    with connection.cursor() as cursor:
        cursor.execute(
            _QUERIES["lot_values"],
            {
                "at": at,
                "hour": local.time().isoformat(),
                "today": 1 << local.weekday(),
                "yesterday": 1 << (local - timedelta(days=1)).weekday(),
            },
        )
        return [
            LotValues(
                number=number,
                lot_type=lot_type,
                name=name,
                default_cost=cost,
                total_permits=total,
                rented_permits=rented,
                amount=amount,
                rate1=tax.rate1 if tax else NONE,
                rate2=tax.rate2 if tax else NONE,
            )
            for number, lot_type, name, cost, total, rented, amount in cursor.fetchall()
        ]


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(money.CENT, ROUND_HALF_UP)
