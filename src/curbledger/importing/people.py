"""Loads people, and links them to the vehicles they drive or own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models.functions import Lower
from django.utils.translation import gettext_noop as _

from curbledger.database.bulk import draw_ids
from curbledger.importing.fault import BadRow
from curbledger.importing.rows import insert
from curbledger.importing.said import Said
from curbledger.importing.vehicles import Car, Garage, read_car
from curbledger.importing.verdict import ALREADY_THERE, IMPORTED, Verdict, rejected
from curbledger.registry.person import Person
from curbledger.registry.vehicle import Driver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curbledger.importing.cells import Values
    from curbledger.importing.context import Context
    from curbledger.importing.reader import Row
    from curbledger.importing.vehicles import Identity

_LISTS = {
    "province": "province",
    "province2": "province",
    "licence_province": "province",
    "user_type": "user_type",
}
_NOT_OF_THE_PERSON = frozenset(
    {"plate", "plate_province", "plate_type", "vin", "make", "colour", "vehicle_type", "vehicle_year"}
)


class Profile(NamedTuple):
    """A person as a row describes them, and the vehicle it names."""

    unique_id: str
    values: Values
    names: dict[str, str | None]
    car: Car | None


class People:
    """The loader of people."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._numbering = context.numbering("unique_id")
        self._garage = Garage(context.client.pk, context.lists)

    def load(self, rows: Sequence[Row]) -> list[Verdict]:
        """Import these rows."""
        verdicts: list[Verdict] = [ALREADY_THERE] * len(rows)
        profiles = self._read(rows, verdicts)
        known = dict(
            Person.objects.filter(unique_id__in={one.unique_id for one in profiles.values()}).values_list(
                "unique_id", "pk"
            )
        )
        self._refuse_taken_names(profiles, known, verdicts)
        vehicles = self._find_vehicles(profiles, verdicts)
        self._add(profiles, known, verdicts)
        self._link(profiles, known, vehicles, verdicts)
        return verdicts

    def forget(self) -> None:
        """Nothing of the last rows is there."""
        self._context.lists.forget()

    def finish(self) -> None:
        """Nothing is left to do."""

    def _read(self, rows: Sequence[Row], verdicts: list[Verdict]) -> dict[int, Profile]:
        profiles = {}
        for place, row in enumerate(rows):
            try:
                profiles[place] = self._profile(row)
            except BadRow as fault:
                verdicts[place] = rejected(fault.said)
        return profiles

    def _profile(self, row: Row) -> Profile:
        values = self._context.form.read(row)
        if values.get("date_of_birth") is not None:
            born = values["date_of_birth"]
            if born.replace(tzinfo=self._context.client.zone) > self._context.days.at:
                raise BadRow(_("{day} lies in the future"), "date_of_birth", day=f"{born:%Y-%m-%d}")
            values["date_of_birth"] = born.date()
        lists = self._context.lists
        return Profile(
            # Rows that are equal are one person, so nothing is counted here.
            unique_id=self._numbering.digest(row.cells) if self._numbering else values["unique_id"],
            values={name: value for name, value in values.items() if name not in _NOT_OF_THE_PERSON | _LISTS.keys()},
            names={field: lists.name(name, values.get(field)) for field, name in _LISTS.items()},
            car=read_car(values, lists, province="plate_province"),
        )

    def _refuse_taken_names(self, profiles: dict[int, Profile], known: dict[str, int], verdicts: list[Verdict]) -> None:
        """An address or a sign-in name belongs to one person."""
        for field in ("email", "user_name"):
            given = {one.values[field].lower() for one in profiles.values() if one.values.get(field)}
            if not given:
                continue
            owners = dict(
                Person.objects.annotate(folded=Lower(field)).filter(folded__in=given).values_list("folded", "unique_id")
            )
            for place, one in list(profiles.items()):
                value = one.values.get(field)
                if not value or one.unique_id in known:
                    continue
                owner = owners.setdefault(value.lower(), one.unique_id)
                if owner != one.unique_id:
                    verdicts[place] = rejected(_taken(field, value, owner))
                    del profiles[place]

    def _find_vehicles(self, profiles: dict[int, Profile], verdicts: list[Verdict]) -> dict[int, int]:
        """The vehicle of each row that names one. Made if it is missing; a plate that could be several is refused."""
        cars = {place: one.car for place, one in profiles.items() if one.car is not None}
        self._context.lists.add_missing("plate_type", (car.plate_type for car in cars.values()))
        there: dict[str, list[Identity]] = {}
        ids: dict[Identity, int] = {}
        for pk, key, province, plate_type, _make in self._garage.find({car.key for car in cars.values()}):
            there.setdefault(key, []).append((key, province, plate_type))
            ids[key, province, plate_type] = pk
        meant: dict[int, Identity] = {}
        for place, car in cars.items():
            identity = self._garage.identity(car)
            fitting = [identity] if identity in there.get(car.key, []) else _fitting(identity, there.get(car.key, []))
            if len(fitting) > 1:
                verdicts[place] = rejected(
                    Said(
                        _("{plate} is on {count} vehicles. The province or the plate type must say which"),
                        {"plate": car.plate, "count": len(fitting)},
                        "plate",
                    )
                )
                del profiles[place]
                continue
            meant[place] = fitting[0] if fitting else identity
            if not fitting:
                there.setdefault(car.key, []).append(identity)
        ids |= self._garage.settle(cars[place] for place, identity in meant.items() if identity not in ids)
        return {place: ids[identity] for place, identity in meant.items()}

    def _add(self, profiles: dict[int, Profile], known: dict[str, int], verdicts: list[Verdict]) -> None:
        new: dict[str, Profile] = {}
        for place, one in profiles.items():
            if one.unique_id not in known and one.unique_id not in new:
                new[one.unique_id] = one
                verdicts[place] = IMPORTED
        if not new:
            return
        self._context.lists.add_missing("user_type", (one.names["user_type"] for one in new.values()))
        ids = draw_ids("person", len(new))
        known |= dict(zip(new, ids, strict=True))
        insert(Person, [self._row(known[one.unique_id], one) for one in new.values()])

    def _row(self, pk: int, one: Profile) -> dict[str, Any]:
        lists = self._context.lists
        return {
            "id": pk,
            "client_id": self._context.client.pk,
            **one.values,
            "unique_id": one.unique_id,
            **{f"{field}_id": lists.id_of(name, one.names[field]) for field, name in _LISTS.items()},
        }

    def _link(
        self, profiles: dict[int, Profile], known: dict[str, int], vehicles: dict[int, int], verdicts: list[Verdict]
    ) -> None:
        pairs = {place: (vehicle, known[profiles[place].unique_id]) for place, vehicle in vehicles.items()}
        there = set(
            Driver.objects.filter(vehicle_id__in={vehicle for vehicle, _ in pairs.values()}).values_list(
                "vehicle_id", "person_id"
            )
        )
        new = []
        for place, pair in pairs.items():
            if pair not in there:
                there.add(pair)
                new.append(pair)
                verdicts[place] = IMPORTED
        # By vehicle: a driver under a hold locks the vehicle's tickets, and locks are taken in one order.
        insert(
            Driver,
            [
                {"client_id": self._context.client.pk, "vehicle_id": vehicle, "person_id": person}
                for vehicle, person in sorted(new)
            ],
        )


def _taken(field: str, value: str, owner: str | None) -> Said:
    if not owner:
        return Said(_("{value} belongs to a person without a unique id"), {"value": value}, field)
    return Said(_("{value} belongs to person {owner}"), {"value": value, "owner": owner}, field)


def _fitting(wanted: Identity, there: list[Identity]) -> list[Identity]:
    """The vehicles of that plate that are not another province's or type's, as far as the row says."""
    return [
        one
        for one in there
        if (wanted[1] is None or one[1] == wanted[1]) and (wanted[2] is None or one[2] == wanted[2])
    ]
