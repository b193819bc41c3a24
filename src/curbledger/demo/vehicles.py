"""Vehicles: what is parked in the town, and who drives it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from curbledger.demo.dice import Odds
from curbledger.demo.plates import Plates
from curbledger.demo.rows import Batch, Ids
from curbledger.kit.plates import plate_key
from curbledger.registry.vehicle import Driver, Vehicle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curbledger.demo.dice import Dice
    from curbledger.demo.people import People, Resident
    from curbledger.demo.town import Town


class Car(NamedTuple):
    """What a ticket needs to know of a vehicle."""

    id: int
    drivers: tuple[Resident, ...]


class Kind(NamedTuple):
    """Vehicles that are alike. `weight` says how many there are."""

    weight: float
    plate_type: str
    makes: tuple[str, ...]
    shapes: tuple[str, ...]


# The likely ones first.
_CARS = (
    *("Toyota", "Honda", "Ford", "Hyundai", "Chevrolet", "Kia", "Nissan"),
    *("Mazda", "Volkswagen", "Subaru", "Dodge", "Jeep", "BMW", "Mercedes-Benz"),
    *("Acura", "Tesla", "Mitsubishi", "Audi", "Lexus", "Chrysler", "Volvo"),
    *("Buick", "Mini", "Infiniti", "Pontiac", "Genesis", "Cadillac", "Saturn"),
    *("Lincoln", "Fiat", "Scion", "Smart", "Land Rover", "Porsche", "Polestar"),
    *("Jaguar", "Saab", "Suzuki", "Oldsmobile", "Alfa Romeo", "VinFast"),
)
_KINDS = (
    Kind(78, "passenger", _CARS, ("Sedan", "SUV", "Compact", "Hatchback", "Minivan", "Coupe", "Station Wagon")),
    Kind(9, "commercial", ("Ford", "Ram", "GMC", "Chevrolet", "Toyota"), ("Pickup", "Van", "Truck", "Commercial")),
    Kind(4, "personalized", _CARS, ("SUV", "Coupe", "Convertible", "Sedan")),
    Kind(3, "motorcycle", ("Harley-Davidson", "Yamaha", "Kawasaki", "Ducati", "Triumph", "Vespa"), ("Motorcycle",)),
    Kind(2, "veteran", ("Ford", "Chevrolet", "Toyota", "Buick"), ("Sedan", "Pickup", "SUV")),
    Kind(2, "temporary", _CARS, ("SUV", "Sedan", "Compact")),
    Kind(1, "taxi", ("Toyota", "Hyundai", "Dodge"), ("Sedan", "Minivan")),
    Kind(0.6, "commercial", ("International", "Freightliner", "Hino", "Isuzu"), ("Truck", "Commercial")),
)
_ODDS = Odds.of(_KINDS, lambda kind: kind.weight)
# The likely ones first.
_COLOURS = (
    *("Black", "White", "Grey", "Silver", "Blue", "Red", "Green", "Brown", "Beige", "Gold", "Burgundy", "Orange"),
    *("Maroon", "Tan", "Yellow", "Teal", "Bronze", "Purple", "Turquoise", "Pink"),
)
# When they were built, as far as it can be told from a car of today.
_BUILT_FROM = {"Genesis": 2017, "Polestar": 2020, "Tesla": 2012, "VinFast": 2022}
_BUILT_UNTIL = {"Oldsmobile": 2004, "Pontiac": 2009, "Saab": 2011, "Saturn": 2009, "Scion": 2016, "Suzuki": 2013}
_ALERTS = (
    "Seen moving between chalk marks; photograph the valve stems.",
    "Three unpaid tickets: eligible for the boot.",
    "Permit reported lost; check the number.",
)
_VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


class Vehicles:
    """Makes vehicles and writes down who drives them."""

    def __init__(self, town: Town, people: People, dice: Dice, batch: Batch) -> None:
        self._town = town
        self._people = people
        self._dice = dice
        self._batch = batch
        self._ids = Ids(Vehicle)
        self._plates = Plates(dice)

    def add(self, drivers: Sequence[Resident], *, before: datetime) -> Car:
        """A vehicle that is new to the town, on record since shortly before that moment."""
        vehicle = self._make(drivers, before - timedelta(minutes=self._dice.randint(5, 1200)))
        self._batch.add(vehicle)
        for driver in drivers:
            self._batch.add(Driver(client_id=self._town.client_id, vehicle_id=vehicle.pk, person_id=driver.id))
        return Car(vehicle.pk, tuple(drivers))

    def _make(self, drivers: Sequence[Resident], created: datetime) -> Vehicle:
        dice, town = self._dice, self._town
        kind = dice.draw(_ODDS)
        # Most cars are registered where their driver lives.
        known = drivers[0].province if drivers and dice.happens(0.93) else None
        province = known or self._people.home_province()
        plate = self._plates.take(province, kind.plate_type)
        make = dice.early_in(kind.makes)
        return Vehicle(
            id=self._ids.take(),
            client_id=town.client_id,
            plate=plate,
            plate_key=plate_key(plate),
            plate_type_id=town.plate_types.get(kind.plate_type),
            province_id=town.provinces.get(province),
            make_id=town.makes.get(make),
            vehicle_type_id=town.vehicle_types.get(dice.early_in(kind.shapes)),
            colour_id=town.colours.get(dice.early_in(_COLOURS)) if dice.happens(0.96) else None,
            year=_built(dice, make, created) if dice.happens(0.9) else None,
            created_at=created,
            last_update=created,
            modified=created,
            vin=dice.fill_in("9AAAA99A9AA999999", _VIN_LETTERS) if dice.happens(0.45) else None,
            alert=dice.choice(_ALERTS) if dice.happens(0.02) else None,
            external_lookup_at=created if dice.happens(0.25) else None,
        )


def _built(dice: Dice, make: str, seen: datetime) -> int:
    year = seen.year - int(18 * dice.random() ** 1.6)
    return max(_BUILT_FROM.get(make, year), min(_BUILT_UNTIL.get(make, year), year))
