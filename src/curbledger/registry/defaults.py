"""The lists that a new client begins with."""

from __future__ import annotations

from curbledger.registry import defaults_data as data
from curbledger.registry.lookups import Colour, Make, PlateType, Province, UserType, VehicleType

CANADA = 1
UNITED_STATES = 2


def seed_lists(client_id: int) -> None:
    """Fill the lists of a client that has none yet. In the client's scope.

    Numbers are given and not drawn: integrators store them, so they are the same for every client.
    """
    states = [
        *((CANADA, name, code) for name, code in data.CANADA),
        *((UNITED_STATES, name, code) for name, code in data.UNITED_STATES),
    ]
    Province.objects.bulk_create(
        Province(client_id=client_id, number=number, country=country, name=name, code=code)
        for number, (country, name, code) in enumerate(states, 1)
    )
    PlateType.objects.bulk_create(
        PlateType(client_id=client_id, number=number, name=name, type_code=code)
        for number, (name, code) in enumerate(data.PLATE_TYPES, 1)
    )
    UserType.objects.bulk_create(
        UserType(client_id=client_id, number=number, name=name, external=external)
        for number, (name, external) in enumerate(data.USER_TYPES, 1)
    )
    Make.objects.bulk_create(
        Make(client_id=client_id, number=number, name=name) for number, name in enumerate(data.MAKES, 1)
    )
    Colour.objects.bulk_create(
        Colour(client_id=client_id, number=number, name=name) for number, name in enumerate(data.COLOURS, 1)
    )
    VehicleType.objects.bulk_create(
        VehicleType(client_id=client_id, number=number, name=name) for number, name in enumerate(data.VEHICLE_TYPES, 1)
    )
