"""Lots: places with so many spaces for permits, each made of one zone or of several, by weekday and hours."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext

from curbledger.database.fields import ClientForeignKey, MoneyField
from curbledger.database.owned import ClientOwned
from curbledger.errors import Invalid, NotFound
from curbledger.kit import money
from curbledger.permits.zone import change_places
from curbledger.registry.entry import add_entry, change_entry
from curbledger.registry.lookups import Lookup

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from curbledger.permits.zone import Zone

# So that cost times total is a number that every reader of JSON keeps to the cent.
MOST_COST = Decimal("999999.99")
MOST_PERMITS = 1_000_000
# Monday is bit 0, as in `date.weekday`.
EVERY_DAY = 0b1111111
MIDNIGHT = time(0)
_DAYS = 7


class Lot(Lookup):
    """One lot. `number` is its `lot_id` on the wire."""

    # What the wire shows of every lot; the original has other types, which nobody documented.
    lot_type = models.CharField(max_length=10, default="M")
    default_cost = MoneyField(default=0)
    total_permits = models.PositiveIntegerField(default=0)

    class Meta(Lookup.Meta):
        db_table = "lot"
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *Lookup.Meta.constraints,
            models.CheckConstraint(
                condition=Q(default_cost__gte=0, default_cost__lte=MOST_COST), name="lot_cost_is_in_bounds"
            ),
            models.CheckConstraint(condition=Q(total_permits__lte=MOST_PERMITS), name="lot_total_is_in_bounds"),
        )

    @classmethod
    def checked(cls, values: dict[str, Any]) -> dict[str, Any]:
        """As for every list; what it costs and holds is in bounds."""
        values = super().checked(values)
        cost = money.check(
            values["default_cost"], gettext("The cost of a permit"), field="default_cost", zero=True, most=MOST_COST
        )
        if not 0 <= values["total_permits"] <= MOST_PERMITS:
            raise Invalid(
                gettext("A lot has room for none to {most} permits.").format(most=MOST_PERMITS), field="total_permits"
            )
        return {**values, "default_cost": cost}


class LotZone(ClientOwned):
    """The lot is that zone on these weekdays, from `opens` until `closes` where the client is.

    One that closes at or before the hour at which it opens goes on into the next day; midnight to midnight is the
    whole day.
    """

    lot = ClientForeignKey("permits.Lot")
    zone = ClientForeignKey("permits.Zone")
    weekdays = models.PositiveSmallIntegerField(default=EVERY_DAY)
    opens = models.TimeField(default=MIDNIGHT)
    closes = models.TimeField(default=MIDNIGHT)

    class Meta:
        db_table = "lot_zone"
        constraints = (
            models.CheckConstraint(
                condition=Q(weekdays__gte=1, weekdays__lte=EVERY_DAY), name="lot_zone_weekdays_are_days"
            ),
        )
        indexes = (models.Index("client", "lot", name="lot_zone_by_lot"),)

    def __str__(self) -> str:
        return f"lot {self.lot_id} is zone {self.zone_id} from {self.opens} to {self.closes}"


def open_lot(client_id: int, *, name: str, default_cost: Decimal, total_permits: int, at: datetime) -> Lot:
    """One more lot, which has no zone yet. In the client's scope. Raises Invalid, or Taken for a name that is there."""
    # Whoever else adds one waits until this is committed: nobody draws a number for a lot that is there.
    change_places(client_id)
    return add_entry(Lot, client_id=client_id, at=at, name=name, default_cost=default_cost, total_permits=total_permits)


def change_lot(client_id: int, lot_id: int, *, seen: datetime, at: datetime, **values: Any) -> Lot:
    """Change a lot that was last changed at `seen`. In the client's scope. Raises as `change_entry`."""
    change_places(client_id)
    return change_entry(Lot, lot_id, seen=seen, at=at, **values)


def set_lot(client_id: int, name: str, *, default_cost: Decimal, total_permits: int, at: datetime) -> Lot:
    """The lot of that name, any case, with these values; made if it is new. In the client's scope. Raises Invalid."""
    change_places(client_id)
    values: dict[str, Any] = {"default_cost": default_cost, "total_permits": total_permits, "at": at}
    lot = Lot.objects.annotate(lower=Lower("name")).filter(lower=Lower(Value(name.strip()))).first()
    if lot is None:
        return add_entry(Lot, client_id=client_id, name=name, **values)
    return change_entry(Lot, lot.pk, seen=lot.modified, name=lot.name, **values)


def take_zone_out_of_lot(lot_zone_id: int, *, lot_id: int) -> None:
    """End one of the hours in which the lot is a zone. In the client's scope. Raises NotFound."""
    gone, _ = LotZone.objects.filter(pk=lot_zone_id, lot_id=lot_id).delete()
    if not gone:
        raise NotFound(gettext("The lot is not that zone at these hours any more."))


def put_zone_in_lot(
    lot: Lot, zone: Zone, *, weekdays: Iterable[int] = range(_DAYS), opens: time = MIDNIGHT, closes: time = MIDNIGHT
) -> LotZone:
    """Make the zone a part of the lot, on these weekdays (Monday is 0) and hours. In the client's scope.

    Raises Invalid for days that are none.
    """
    days = set(weekdays)
    if not days or not days <= set(range(_DAYS)):
        raise Invalid(gettext("Weekdays go from 0, Monday, to 6, Sunday."), field="weekdays")
    return LotZone.objects.create(
        client_id=lot.client_id,
        lot=lot,
        zone=zone,
        weekdays=sum(1 << day for day in days),
        opens=opens,
        closes=closes,
    )
