"""Permits, and what officers know of plates: what lot values, statistics and plate validation have to tell."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from curbledger.database.bulk import insert_rows
from curbledger.demo import parking_data as data
from curbledger.demo.dice import Dice, Odds
from curbledger.kit.plates import plate_key
from curbledger.permits.alarm import raise_alarm
from curbledger.permits.do_not_ticket import leave_alone
from curbledger.permits.lot import Lot, put_zone_in_lot, set_lot
from curbledger.permits.lot_tax import LotTax, set_lot_tax
from curbledger.permits.marked import Plate, Someone
from curbledger.permits.permit import Kind, Permit
from curbledger.permits.zone import Zone, add_zone, zone_key
from curbledger.registry.login_source import LoginSource, add_login_source
from curbledger.registry.person import Person
from curbledger.registry.vehicle import Vehicle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curbledger.demo.calendar import Calendar
    from curbledger.demo.town import Town

_ODDS = Odds.of(data.PLACES, lambda place: place.weight)
_HOUR = timedelta(hours=1)
_LONGEST_STAY = 12
# One permit for so many tickets, some few in the smallest town, and never more than the lots have room for.
_TICKETS_A_PERMIT, _FEWEST, _MOST = 4, 12, 600
_ENTRIES = 8


def open_parking(town: Town, calendar: Calendar, *, seed: int, before: int, tickets: int) -> None:
    """Configure what is missing, and add permits and entries on vehicles that there are. In the client's scope.

    `before` is how many tickets there were: like those of the tickets, these dice fall by what is there.
    """
    # Dice of their own, so that what is parked decides nothing of what is ticketed.
    dice = Dice.of(seed, before, "parking")
    zones = _configure(town, calendar)
    room = _MOST - Permit.objects.count()
    if not tickets or room <= 0:
        return
    wanted = min(max(tickets // _TICKETS_A_PERMIT, _FEWEST), room)
    newest = Vehicle.objects.exclude(plate_key="").order_by("-pk")
    plates = list(newest.values_list("plate", flat=True)[:wanted])
    if not plates:
        return
    rows = list(_permits(town, calendar, zones, plates, dice, count=wanted))
    columns = [field.attname for field in Permit._meta.concrete_fields if not (field.generated or field.primary_key)]
    insert_rows(Permit._meta.db_table, columns, ([getattr(row, name) for name in columns] for row in rows))
    _tell_officers(town, calendar, plates, dice)


def _configure(town: Town, calendar: Calendar) -> dict[str, Zone]:
    """The zones by name. Lots, rates and sources that the client has already stay as they are."""
    at = calendar.at
    names = dict.fromkeys(part.zone for place in data.PLACES for part in place.parts)
    zones = {name: add_zone(town.client_id, name, at=at) for name in names}
    if not Lot.objects.exists():
        for place in data.PLACES:
            lot = set_lot(town.client_id, place.name, default_cost=place.cost, total_permits=place.room, at=at)
            for part in place.parts:
                put_zone_in_lot(lot, zones[part.zone], weekdays=part.weekdays, opens=part.opens, closes=part.closes)
    if not LotTax.objects.exists():
        set_lot_tax(town.client_id, *data.TAXES[town.currency])
    if not LoginSource.objects.exists():
        for name in data.LOGIN_SOURCES:
            add_login_source(town.client_id, name)
    return zones


def _permits(
    town: Town, calendar: Calendar, zones: dict[str, Zone], plates: Sequence[str], dice: Dice, *, count: int
) -> Iterator[Permit]:
    for _ in range(count):
        place = dice.draw(_ODDS)
        zone = zones[dice.choice(place.parts).zone]
        permit = Permit(
            client_id=town.client_id, reference=dice.uuid(), plate=dice.choice(plates), currency=town.currency
        )
        permit.plate_key = plate_key(permit.plate)
        if dice.happens(0.7):
            _grant(permit, place, calendar, dice)
        else:
            _sell(permit, calendar, dice)
        name = data.UNKNOWN_ZONE if permit.kind == Kind.TEMP and dice.happens(0.15) else zone.name
        permit.zone_name, permit.zone_key = name, zone_key(name)
        permit.zone = None if name == data.UNKNOWN_ZONE else zone
        yield permit


def _grant(permit: Permit, place: data.Place, calendar: Calendar, dice: Dice) -> None:
    """A season's, granted by staff; some are over, some have not begun."""
    permit.kind = Kind.STANDARD
    permit.short_name = dice.early_in(data.PERMIT_NAMES)
    first = calendar.days_ago(dice.randint(-20, 240))
    permit.starts_at = calendar.day_start(first)
    permit.ends_at = calendar.day_start(first + timedelta(days=dice.choice((120, 240, 365))))
    permit.amount = place.cost * (1 + dice.randrange(3))
    permit.created_at = calendar.past(min(permit.starts_at, calendar.at) - _HOUR * dice.randint(1, 200))
    permit.modified_at = permit.created_at


def _sell(permit: Permit, calendar: Calendar, dice: Dice) -> None:
    """A stay of some hours, sold by a meter today."""
    permit.kind = Kind.TEMP
    hours = dice.randint(1, _LONGEST_STAY)
    permit.starts_at = calendar.past(calendar.at - _HOUR * dice.between(0, hours + 2))
    permit.ends_at = permit.starts_at + _HOUR * hours
    permit.amount = data.HOURLY * hours
    permit.created_at = permit.modified_at = permit.starts_at


def _tell_officers(town: Town, calendar: Calendar, plates: Sequence[str], dice: Dice) -> None:
    people = list(Person.objects.order_by("-pk").values_list("pk", flat=True)[:_MOST])
    for number in range(_ENTRIES):
        # One in four is on a person, and with them on whatever they drive.
        on = Someone(dice.choice(people)) if people and number % 4 == 0 else Plate(dice.choice(plates))
        location, notes = dice.choice(data.LEFT_ALONE)
        leave_alone(
            town.client_id,
            on,
            starts_at=calendar.day_start(calendar.days_ago(dice.randint(0, 10))),
            ends_at=calendar.day_start(calendar.days_ago(-dice.randint(1, 60))),
            location=location,
            notes=notes,
            at=calendar.past(calendar.at),
        )
        on = Someone(dice.choice(people)) if people and number % 4 == 1 else Plate(dice.choice(plates))
        raise_alarm(town.client_id, on, text=dice.choice(data.ALARMS), at=calendar.past(calendar.at))
