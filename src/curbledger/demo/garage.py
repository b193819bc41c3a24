"""Which vehicle a ticket is on: a new one, one that had tickets before, or one that is kept apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from curbledger.demo.people import Resident, resident
from curbledger.demo.vehicles import Car
from curbledger.registry.vehicle import Driver, Vehicle
from curbledger.violations.standing import Hold

if TYPE_CHECKING:
    from datetime import date, datetime

    from curbledger.demo.dice import Dice
    from curbledger.demo.people import People
    from curbledger.demo.vehicles import Vehicles

# Of those there were before the call; more would only cost memory.
_OLD_CARS = 1000
_DRIVERS = (0, 1, 1, 1, 1, 1, 2, 2, 2, 3)
_REGULARS = 12
_TICKETS_OF_A_REGULAR = 40


class HeldCar(NamedTuple):
    """A vehicle whose driver is under a hold. Every ticket on it stays, so no other kind of ticket is put on it."""

    car: Car
    person: Resident
    # Bankruptcy holds tickets up to this day only.
    petition_on: date | None


class Garage:
    """The town's vehicles, as far as tickets may be put on them."""

    def __init__(self, people: People, vehicles: Vehicles, dice: Dice, *, tickets: int) -> None:
        self._people = people
        self._vehicles = vehicles
        self._dice = dice
        self._cars = _free_cars()
        self._regulars: list[Car] = []
        self._held: list[HeldCar] = []
        self._regulars_wanted = min(_REGULARS, 1 + tickets // 600)
        self._regular_chance = min(0.06, self._regulars_wanted * _TICKETS_OF_A_REGULAR / max(tickets, 1))

    def pick(self, *, before: datetime) -> Car:
        """A vehicle for a ticket of that moment; nobody who drives it is under a hold."""
        dice = self._dice
        if self._regulars and dice.happens(self._regular_chance):
            return dice.choice(self._regulars)
        if self._cars and dice.happens(0.4):
            return dice.choice(self._cars)
        if self._cars and dice.happens(0.08):
            drivers = dice.choice(self._cars).drivers
        else:
            drivers = self._people.settle(dice.choice(_DRIVERS), before=before)
        car = self._vehicles.add(drivers, before=before)
        self._cars.append(car)
        if len(self._regulars) < self._regulars_wanted:
            self._regulars.append(car)
        return car

    def pick_held(self, *, day: date) -> HeldCar | None:
        """A vehicle that is held on a ticket of that day, if the dice want one that there is."""
        fitting = [held for held in self._held if held.petition_on is None or held.petition_on >= day]
        return self._dice.choice(fitting) if fitting and self._dice.happens(0.5) else None

    def add_held(self, *, petition_on: date | None, before: datetime) -> HeldCar:
        """A vehicle and a person of their own, on whom a hold is to be placed."""
        drivers = self._people.settle(self._dice.choice((1, 1, 2)), before=before)
        held = HeldCar(self._vehicles.add(drivers, before=before), drivers[0], petition_on)
        self._held.append(held)
        return held


def _free_cars() -> list[Car]:
    """Vehicles from before this call whose drivers are under no hold, the newest of them."""
    held = Hold.objects.filter(person__isnull=False, released_at__isnull=True)
    driven_by_held = Driver.objects.filter(person_id__in=held.values("person_id"))
    newest = (
        Vehicle.objects.filter(active=True)
        .exclude(plate_key="")
        .exclude(pk__in=driven_by_held.values("vehicle_id"))
        .order_by("-pk")
        .values_list("pk", flat=True)[:_OLD_CARS]
    )
    drivers: dict[int, list[Resident]] = {pk: [] for pk in newest}
    links = Driver.objects.filter(vehicle_id__in=list(drivers)).select_related("person", "person__province")
    for link in links.order_by("pk"):
        drivers[link.vehicle_id].append(resident(link.person))
    return [Car(pk, tuple(people)) for pk, people in drivers.items()]
