"""Finds the vehicles that rows name by plate, province and plate type, and makes those that are missing."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from django.db import connection
from django.utils.translation import gettext_noop as _

from curbledger.database.bulk import draw_ids
from curbledger.importing.fault import BadRow
from curbledger.importing.numbering import QUERIES
from curbledger.importing.reading import fold
from curbledger.importing.rows import insert
from curbledger.kit.plates import plate_key
from curbledger.registry.vehicle import Vehicle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curbledger.importing.cells import Values
    from curbledger.importing.lists import Lists

# Seventeen letters and digits without I, O and Q, as the standard has it.
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}\Z", re.ASCII)
# What officers write where there is no plate.
_NO_PLATE = frozenset({"blankplate", "blank plate", "noplate", "no plate", "no plates", "noplates"})
_OLDEST, _NEWEST = 1885, 2200

# Plate key, province and plate type: what makes two rows the same vehicle.
Identity: TypeAlias = tuple[str, int | None, int | None]


class Car(NamedTuple):
    """What a row says of a vehicle. Provinces and other lists by name."""

    plate: str
    key: str
    province: str | None
    plate_type: str | None
    make: str | None
    colour: str | None
    vehicle_type: str | None
    year: int | None
    vin: str | None


def read_car(values: Values, lists: Lists, *, province: str = "province") -> Car | None:
    """The vehicle of a row; None where the row names none. A VIN stands where a plate should. Raises BadRow."""
    plate, vin = values.get("plate") or "", (values.get("vin") or "").upper()
    key, is_vin = _read_plate(plate)
    if is_vin and not vin:
        vin = key
    if not key:
        plate, key = vin, plate_key(vin)
    if not key:
        return None
    year = values.get("vehicle_year") or None
    if year is not None and not _OLDEST <= year <= _NEWEST:
        raise BadRow(_("no car is of {year}"), "vehicle_year", year=year)
    return Car(
        plate=plate,
        key=key,
        province=lists.name("province", values.get(province)),
        plate_type=lists.name("plate_type", values.get("plate_type")),
        make=lists.name("make", values.get("make")),
        colour=lists.name("colour", values.get("colour")),
        vehicle_type=lists.name("vehicle_type", values.get("vehicle_type")),
        year=year,
        vin=vin or None,
    )


@lru_cache(maxsize=65536)
def _read_plate(plate: str) -> tuple[str, bool]:
    """What a plate is compared by, and whether it is a VIN. Empty where there is none."""
    key = "" if fold(plate) in _NO_PLATE else plate_key(plate)
    return key, bool(_VIN.match(key))


class Garage:
    """The vehicles of a client. In the client's scope."""

    def __init__(self, client_id: int, lists: Lists) -> None:
        self._client_id = client_id
        self._lists = lists

    def settle(self, cars: Iterable[Car]) -> dict[Identity, int]:
        """Find or make all of these. What a row knows of the make of a vehicle that has none is kept."""
        wanted = list(cars)
        for name in ("plate_type", "make", "colour", "vehicle_type"):
            self._lists.add_missing(name, (getattr(car, name) for car in wanted))
        there: dict[Identity, int] = {}
        makeless: dict[int, int] = {}
        found = self.find({car.key for car in wanted})
        for pk, key, province, plate_type, make in found:
            there[key, province, plate_type] = pk
            if make is None:
                makeless[pk] = 0
        new: dict[Identity, dict[str, Any]] = {}
        for car in wanted:
            identity = self.identity(car)
            make = self._lists.id_of("make", car.make)
            if identity in there:
                pk = there[identity]
                if make is not None and makeless.get(pk) == 0:
                    makeless[pk] = make
            elif identity not in new:
                new[identity] = self._row(car, identity)
            elif new[identity]["make_id"] is None:
                new[identity]["make_id"] = make
        self._fill_makes({pk: make for pk, make in makeless.items() if make})
        return there | self._insert(new)

    def identity(self, car: Car) -> Identity:
        """What the vehicle is known by."""
        return car.key, self._lists.id_of("province", car.province), self._lists.id_of("plate_type", car.plate_type)

    @staticmethod
    def find(keys: Iterable[str]) -> list[tuple[int, str, int | None, int | None, int | None]]:
        """Id, plate key, province, plate type and make of the vehicles with these plates."""
        with connection.cursor() as cursor:
            cursor.execute(QUERIES["vehicles"], {"keys": sorted(keys)})
            found: list[tuple[int, str, int | None, int | None, int | None]] = cursor.fetchall()
            return found

    def _row(self, car: Car, identity: Identity) -> dict[str, Any]:
        return {
            "client_id": self._client_id,
            "plate": car.plate,
            "plate_key": car.key,
            "province_id": identity[1],
            "plate_type_id": identity[2],
            "make_id": self._lists.id_of("make", car.make),
            "colour_id": self._lists.id_of("colour", car.colour),
            "vehicle_type_id": self._lists.id_of("vehicle_type", car.vehicle_type),
            "year": car.year,
            "vin": car.vin,
        }

    @staticmethod
    def _insert(new: dict[Identity, dict[str, Any]]) -> dict[Identity, int]:
        if not new:
            return {}
        ids = draw_ids("vehicle", len(new))
        insert(Vehicle, [{"id": pk, **row} for pk, row in zip(ids, new.values(), strict=True)])
        return dict(zip(new, ids, strict=True))

    @staticmethod
    def _fill_makes(makes: dict[int, int]) -> None:
        if makes:
            with connection.cursor() as cursor:
                cursor.execute(QUERIES["fill_makes"], {"ids": list(makes), "makes": list(makes.values())})
