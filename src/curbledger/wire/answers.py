"""What each endpoint answers when all is well: its schema, an example, and what its fields do not tell of refusals.

The one place where answers are described; `openapi.py` makes the document from it. Nothing here makes an answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Schema = dict[str, Any]
_UUID = "5ac2a2f1-9a1f-4f6e-8a5c-4f5d3a4f2d11"
# Keys of the documented sample whose value is always null here: no secret of a person is handed to a third party.
_SECRETS = ("encid", "salt", "register_token", "api_token")


def contract(name: str) -> dict[str, Any]:
    """A document of the contract that lies in the package word for word."""
    document: dict[str, Any] = json.loads(_text(name))
    return document


def contract_without_secrets(name: str) -> dict[str, Any]:
    """The same, as it is given here."""
    document: dict[str, Any] = json.loads(
        _text(name),
        object_hook=lambda found: {key: None if key in _SECRETS else value for key, value in found.items()},
    )
    return document


def _text(name: str) -> str:
    return files("curbledger.wire").joinpath(f"contract/{name}").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How one endpoint answers."""

    group: str
    schema: Schema
    example: object
    # The contract's own requests (contract/samples.json).
    samples: tuple[str, ...] = ()
    # A request of ours where the contract has none.
    request: Mapping[str, str] | None = None
    # Codes that come from what the client keeps, and not from the form of a field.
    codes: tuple[int, ...] = ()
    headers: Mapping[str, str] | None = None
    # Takes an Idempotency-Key.
    repeatable: bool = False


def keys(**properties: Schema) -> Schema:
    """An object with exactly these keys, in this order."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def alike(example: object) -> Schema:
    """The schema of what is built like an example, in which any value may be null."""
    match example:
        case None:
            return {}
        case dict():
            properties = {key: alike(value) for key, value in example.items()}
            return {**keys(**properties), "type": ["object", "null"]}
        case list():
            return {"type": "array", "items": alike(example[0])}
        case bool():
            return {"type": ["boolean", "null"]}
        case str():
            return {"type": ["string", "null"]}
    return {"type": ["number", "null"]}


TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
SUCCESS: Schema = {"const": "success"}
_OVERDUE = contract_without_secrets("overdue-response.json")
_PERMIT = keys(
    status=SUCCESS,
    reference_id={"type": "string", "format": "uuid"},
    InternalReferenceID={"type": "string", "format": "uuid"},
)
_PERMIT_EXAMPLE = {"status": "success", "reference_id": _UUID, "InternalReferenceID": _UUID}
_LOT = {
    "lot_type": "M",
    "lot_name": "Lot 4",
    "default_cost": 45,
    "total_permits": 120,
    "rented_permits": 90,
    "utilized_pct": 75,
    "amount_projected": 5400,
    "amount": 4050,
    "tax_amount": 526.5,
    "tax_amount1": 202.5,
    "tax_amount2": 324,
    "total": 4576.5,
    "lot_id": 4,
}
_TEXT = (
    "standard: Faculty/Staff Permit\n Expires: 2099-06-01 23:59:59\n\n"
    "DNTT: Main Campus\n2024-11-15 00:00:00-2024-11-15 23:59:00 \nCLEAR FOR ANY PAY AREA\n\n"
    "ALARM: Wanted to talk with.\n\n"
)
_PLATE = {
    "response": _TEXT,
    "plate": "ABC123",
    "responseJSON": {
        "permits": [{"type": "standard", "shortName": "Faculty/Staff Permit", "expires": "2099-06-01 23:59:59"}],
        "dntt": [
            {
                "notes": "CLEAR FOR ANY PAY AREA",
                "location": "Main Campus",
                "start": "2024-11-15 00:00:00",
                "end": "2024-11-15 23:59:00",
            }
        ],
        "alarm": "Wanted to talk with.",
    },
}
_OLD_PLATE = {
    "response": _TEXT,
    "plate": "ABC123",
    "responseJSON": {
        "expires": "2099-06-01 23:59:59",
        "active": "1",
        "type": "standard",
        "shortName": "Faculty/Staff Permit",
        "dntt": [
            {
                "notes": "CLEAR FOR ANY PAY AREA",
                "start": "2024-11-15 00:00:00",
                "location": "Main Campus",
                "end": "2024-11-15 23:59:00",
            }
        ],
        "alarm": "Wanted to talk with.",
    },
}
_PLATE_SCHEMA = keys(response=TEXT, plate=TEXT, responseJSON={"type": "object"})

# By the path below /api/, in the order of the contract.
ANSWERS: Mapping[str, Answer] = {
    "{client}/v1/violations/send_overdue_to_collections": Answer(
        group="Collections",
        schema={**alike(_OVERDUE), "type": "object"},
        example=_OVERDUE,
        samples=("send_overdue_to_collections",),
        codes=(9022, 9033),
        headers={
            "X-Batch-Id": "The batch that this answer is.",
            "X-Batch-Revision": "Which issue of the batch. A later one replaces an earlier one.",
            "X-Record-Count": "How many records follow.",
            "X-Total-Owing": "What all records together owe.",
        },
        repeatable=True,
    ),
    "{client}/v1/permits/push": Answer(
        group="Permits", schema=_PERMIT, example=_PERMIT_EXAMPLE, samples=("permits/push",), codes=(9005, 9022)
    ),
    "{client}/v1/permits/update": Answer(
        group="Permits", schema=_PERMIT, example=_PERMIT_EXAMPLE, samples=("permits/update",), codes=(9005, 9009, 9022)
    ),
    "{client}/v1/permits/delete": Answer(
        group="Permits", schema=_PERMIT, example=_PERMIT_EXAMPLE, samples=("permits/delete",), codes=(9009,)
    ),
    "{client}/v1/permits/stats": Answer(
        group="Permits",
        schema=keys(data={"type": "array", "items": keys(type=TEXT, zone=TEXT, total=TEXT)}),
        example={"data": [{"type": "standard", "zone": "Lot 01", "total": "4"}]},
        samples=("permits/stats",),
    ),
    "{client}/v1/permits/lot-values": Answer(
        group="Permits",
        schema={
            "type": "array",
            "items": keys(**{key: TEXT if isinstance(value, str) else NUMBER for key, value in _LOT.items()}),
        },
        example=[_LOT],
        samples=("permits/lot-values",),
    ),
    "{client}/v1/profiles/push": Answer(
        group="People",
        schema=keys(status=SUCCESS, unique_id=TEXT, UserID={"type": "integer"}, created={"type": "boolean"}),
        example={"status": "success", "unique_id": "tester23", "UserID": 73, "created": True},
        samples=("profiles/push",),
        codes=(9015, 9019, 9020),
    ),
    "{client}/v1/profiles/types/list": Answer(
        group="People",
        schema=keys(
            status=SUCCESS,
            user_types={
                "type": "array",
                "items": keys(id=TEXT, type_name=TEXT, ext_info={"type": ["string", "null"]}),
            },
        ),
        example={
            "status": "success",
            "user_types": [{"id": "1", "type_name": "Full Time Student", "ext_info": "Student"}],
        },
        samples=("profiles/types/list",),
    ),
    "{client}/v1/vehicles/push": Answer(
        group="Vehicles",
        schema=keys(status=SUCCESS, VehicleID={"type": "integer"}),
        example={"status": "success", "VehicleID": 8},
        samples=("vehicles/push, ids in name fields", "vehicles/push, names"),
        codes=(9012,),
    ),
    "v1/validate/plate": Answer(
        group="Plates",
        schema=keys(error={"const": 0}, data=_PLATE_SCHEMA, message={"const": ""}),
        example={"error": 0, "data": _PLATE, "message": ""},
        request={"api_token": "YOUR-API-TOKEN", "client": "OC_TOMA", "plate": "ABC123"},
    ),
    # The plate stands in the path, where no field declares its codes.
    "{client}/v1/validate/plate/{plate}": Answer(
        group="Plates",
        schema=_PLATE_SCHEMA,
        example=_OLD_PLATE,
        request={"apiToken": "YOUR-API-TOKEN"},
        codes=(9006, 9030, 9032, 9033),
    ),
}
