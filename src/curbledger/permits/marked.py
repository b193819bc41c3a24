"""What a do-not-ticket entry or an alarm is on: a plate, or a person and with them whatever they drive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from curbledger.errors import Invalid, NotFound
from curbledger.kit.plates import plate_key
from curbledger.registry.person import Person
from curbledger.registry.vehicle import Driver

_LIMIT = 50
ON_ONE_THING = Q(plate__isnull=False, plate_key__isnull=False, person__isnull=True) | Q(
    plate__isnull=True, plate_key__isnull=True, person__isnull=False
)


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate, whoever drives and wherever it is registered."""

    plate: str

    def columns(self) -> dict[str, Any]:
        """What the row says. Raises Invalid for what is no plate."""
        key = plate_key(self.plate)
        if not key or len(key) > _LIMIT or len(self.plate) > _LIMIT:
            raise Invalid(f"{self.plate!r} is no plate.", field="plate")
        return {"plate": self.plate, "plate_key": key}


@dataclass(frozen=True, slots=True)
class Someone:
    """A person, by id."""

    person_id: int

    def columns(self) -> dict[str, Any]:
        """What the row says. In the client's scope. Raises NotFound."""
        if not Person.objects.filter(pk=self.person_id).exists():
            raise NotFound(f"There is no person {self.person_id}.")
        return {"person_id": self.person_id}


Marked = Plate | Someone


def concerning(key: str) -> Q:
    """The entries on the plate of that key, and on whoever drives it."""
    drivers = Driver.objects.filter(vehicle__plate_key=key).values("person_id")
    return Q(plate_key=key) | Q(person_id__in=drivers)
