"""Find people by whatever somebody at the counter has: a name, an e-mail address, a plate."""

from __future__ import annotations

from curbledger.kit.plates import plate_key
from curbledger.registry.find import people_named
from curbledger.registry.person import Person
from curbledger.registry.vehicle import Driver, Vehicle

MOST = 50


def search_people(text: str) -> list[Person]:
    """People of that e-mail address; or that drive the plate, or whose name begins so. At most MOST, in a scope."""
    text = " ".join(text.replace("\0", "").split())[:100]
    if not text:
        return []
    if "@" in text:
        return list(Person.objects.filter(email__iexact=text).order_by("pk")[:MOST])
    key = plate_key(text)
    vehicles = Vehicle.objects.filter(plate_key=key).values_list("pk", flat=True)[:MOST] if key else []
    drivers = Driver.objects.filter(vehicle_id__in=list(vehicles)).select_related("person").order_by("person_id")
    found = {driver.person_id: driver.person for driver in drivers[:MOST]}
    for person in people_named(text, limit=MOST):
        found.setdefault(person.pk, person)
    return list(found.values())[:MOST]


def vehicles_of_plate(text: str) -> list[Vehicle]:
    """Vehicles of that plate, in whatever province, however it is spelt. In a client's scope."""
    key = plate_key(text[:100])
    if not key:
        return []
    return list(Vehicle.objects.select_related("province").filter(plate_key=key).order_by("pk")[:MOST])
