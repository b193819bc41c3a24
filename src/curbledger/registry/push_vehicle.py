"""Push a vehicle: create it, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curbledger.database.constraints import named_errors
from curbledger.kit.plates import plate_key
from curbledger.registry.lookups import Colour, Make, PlateType, VehicleType
from curbledger.registry.pick import pick, pick_or_add, pick_province
from curbledger.registry.vehicle import Vehicle

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.registry.pick import Pick


def push_vehicle(
    client_id: int,
    plate: str,
    *,
    plate_type: Pick,
    province: Pick,
    make: Pick | None = None,
    vehicle_type: Pick | None = None,
    colour: Pick | None = None,
    year: int | None = None,
    vin: str | None = None,
    at: datetime,
) -> int:
    """Create a vehicle, and return its id. In the client's scope.

    A make, type or colour that the client's lists do not hold is added to them. Raises Invalid for a plate type or
    province that they do not hold, and Taken where there is a vehicle of that plate, province and plate type.
    """
    plate_type_id = pick(PlateType, plate_type, field="plate_type")
    province_id = pick_province(province, field="province")
    # In one order for everybody: whoever adds to a list holds it until the end.
    make_id = None if make is None else pick_or_add(Make, make, client_id=client_id, field="make")
    type_id = (
        None
        if vehicle_type is None
        else pick_or_add(VehicleType, vehicle_type, client_id=client_id, field="vehicle_type")
    )
    colour_id = None if colour is None else pick_or_add(Colour, colour, client_id=client_id, field="colour")
    with named_errors():
        vehicle = Vehicle.objects.create(
            client_id=client_id,
            plate=plate,
            plate_key=plate_key(plate),
            plate_type_id=plate_type_id,
            province_id=province_id,
            make_id=make_id,
            vehicle_type_id=type_id,
            colour_id=colour_id,
            year=year,
            vin=vin,
            created_at=at,
            last_update=at,
            modified=at,
        )
    return vehicle.pk
