"""Vehicles (contract, section 9): push one, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse

from curbledger.database.constraints import Taken
from curbledger.database.scope import client_scope
from curbledger.permissions import Permission
from curbledger.refusal import Refusal
from curbledger.registry.push_vehicle import push_vehicle
from curbledger.wire.endpoint import Call, endpoint
from curbledger.wire.fields import Field
from curbledger.wire.kinds import PICK, PLATE, TEXT, YEAR

if TYPE_CHECKING:
    from django.http import HttpResponse

_NAME_LIMIT = 50


def _pick(attribute: str, id_name: str, name: str, about: str, required_code: int | None = None) -> Field[int | str]:
    return Field(
        attribute,
        (id_name, name),
        PICK,
        limit=_NAME_LIMIT,
        required=required_code is not None,
        required_code=required_code or 9031,
        clearable=True,
        description=f"{about} An id, or a name in any case.",
        id_names=(id_name,),
    )


VEHICLE_PLATE = Field(
    "plate",
    ("plate",),
    PLATE,
    limit=50,
    required=True,
    required_code=9006,
    limit_code=9021,
    description="Kept as it is sent; compared without case, spaces and dashes.",
)
PLATE_TYPE = _pick("plate_type", "plateTypeID", "plateType", "What the plate stands for.", 9010)
PROVINCE = _pick("province", "provID", "prov", "Province or state, by its postal abbreviation too.", 9011)
MAKE = _pick("make", "makeID", "make", "Who built it. A new name in `make` is added to the client's list.")
TYPE = _pick("vehicle_type", "typeID", "type", "Its shape. A new name in `type` is added to the client's list.")
COLOUR = _pick("colour", "colourID", "colour", "A new name in `colour` is added to the client's list.")
MODEL_YEAR = Field("year", ("year",), YEAR, clearable=True, description="Four digits.")
VIN = Field("vin", ("vin",), TEXT, limit=17, clearable=True, description="Vehicle identification number.")


@endpoint(
    permission=Permission.VEHICLES_PUSH,
    fields=(VEHICLE_PLATE, PLATE_TYPE, PROVINCE, MAKE, TYPE, COLOUR, MODEL_YEAR, VIN),
)
def push(call: Call) -> HttpResponse:
    """Create a vehicle. One of the same plate, province and plate type is refused."""
    values = call.values
    try:
        with client_scope(call.access.client_id):
            vehicle_id = push_vehicle(
                call.access.client_id,
                values[VEHICLE_PLATE],
                plate_type=values[PLATE_TYPE],
                province=values[PROVINCE],
                make=values.get(MAKE),
                vehicle_type=values.get(TYPE),
                colour=values.get(COLOUR),
                year=values.get(MODEL_YEAR),
                vin=values.get(VIN),
                at=call.at,
            )
    except Taken as error:
        raise Refusal(9012) from error
    return JsonResponse({"status": "success", "VehicleID": vehicle_id})
