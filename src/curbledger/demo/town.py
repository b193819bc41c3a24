"""The client's lists as the town uses them: its own are added where they are missing, others are taken as they are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from curbledger.demo import town_data as data
from curbledger.demo.dice import Odds
from curbledger.kit.money import ZERO
from curbledger.registry.lookups import Colour, Lookup, Make, PlateType, Province, UserType, VehicleType
from curbledger.violations.lists import Category, Location, Offence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from django.db.models import Manager

    from curbledger.clients.client import Client

Entry = TypeVar("Entry", bound=Lookup)

_TAX_RATES = {"CAD": Decimal("0.13"), "USD": Decimal("0.08")}


class Spot(NamedTuple):
    """Where a ticket can be written."""

    location_id: int
    north: int
    east: int


class Charge(NamedTuple):
    """What a ticket can be written for, and where."""

    offence_id: int
    category: str
    category_id: int
    cost: Decimal
    discount: Decimal
    discount_hours: int
    weight: float
    spots: tuple[Spot, ...]


@dataclass(frozen=True)
class Town:
    """Ids by the names the demo knows them by. A list's entry that the client has taken away is simply not there."""

    client_id: int
    currency: str
    provinces: Mapping[str, int]
    plate_types: Mapping[str, int]
    makes: Mapping[str, int]
    colours: Mapping[str, int]
    vehicle_types: Mapping[str, int]
    user_types: Mapping[str, int]
    charges: Odds[Charge]

    @property
    def tax_rate(self) -> Decimal:
        """Sales tax on what private lots charge."""
        return _TAX_RATES[self.currency]


def odds_of(charges: Iterable[Charge]) -> Odds[Charge]:
    """Charges with how often each is written."""
    return Odds.of(charges, lambda charge: charge.weight)


def build_town(client: Client, *, at: datetime) -> Town:
    """Read the lists, and add what is missing. In the client's scope."""
    categories = _fill_list(Category.objects, (Category(client_id=client.pk, name=name) for name in data.CATEGORIES))
    locations = _fill_list(
        Location.objects, (Location(client_id=client.pk, name=place.name, gis_number=0) for place in data.PLACES)
    )
    offences = _fill_list(Offence.objects, (_offence(client.pk, bylaw, categories, at) for bylaw in data.BYLAWS))
    spots = {place.name: Spot(locations[place.name], place.north, place.east) for place in data.PLACES}
    return Town(
        client_id=client.pk,
        # The town is Canadian unless it takes American money.
        currency="USD" if client.currency == "USD" else "CAD",
        provinces=dict(Province.objects.values_list("code", "pk")),
        plate_types=dict(PlateType.objects.values_list("type_code", "pk")),
        makes=dict(Make.objects.values_list("name", "pk")),
        colours=dict(Colour.objects.values_list("name", "pk")),
        vehicle_types=dict(VehicleType.objects.values_list("name", "pk")),
        user_types=dict(UserType.objects.values_list("name", "pk")),
        charges=odds_of(_charge(bylaw, offences, categories, spots) for bylaw in data.BYLAWS),
    )


def _fill_list(entries: Manager[Entry], wanted: Iterable[Entry]) -> dict[str, int]:
    rows = list(wanted)
    known = {name.lower() for name in entries.values_list("name", flat=True)}
    entries.bulk_create(row for row in rows if row.name.lower() not in known)
    ids = {name.lower(): pk for name, pk in entries.values_list("name", "pk")}
    return {row.name: ids[row.name.lower()] for row in rows}


def _offence(client_id: int, bylaw: data.Bylaw, categories: Mapping[str, int], at: datetime) -> Offence:
    return Offence(
        client_id=client_id,
        name=bylaw.name,
        default_cost=Decimal(bylaw.cost),
        discount_flag=bylaw.off > 0,
        discount_amount=Decimal(bylaw.off),
        discount_hours=bylaw.hours,
        category_id=categories[bylaw.category],
        bylaw_code=bylaw.code,
        created_at=at,
    )


def _charge(
    bylaw: data.Bylaw, offences: Mapping[str, int], categories: Mapping[str, int], spots: Mapping[str, Spot]
) -> Charge:
    return Charge(
        offence_id=offences[bylaw.name],
        category=bylaw.category,
        category_id=categories[bylaw.category],
        cost=ZERO + bylaw.cost,
        discount=ZERO + bylaw.off,
        discount_hours=bylaw.hours,
        weight=bylaw.weight,
        spots=tuple(spots[name] for name in data.WHERE[bylaw.category]),
    )
