"""Plate validation (contract, section 10), in both forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import JsonResponse

from curbledger.database.scope import client_scope
from curbledger.permissions import Permission
from curbledger.permits.validate import Known, validate_plate
from curbledger.refusal import Refusal
from curbledger.wire.endpoint import Call, endpoint
from curbledger.wire.enveloped import CLIENT, Enveloped, envelop
from curbledger.wire.fields import Field
from curbledger.wire.kinds import PLATE

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from django.http import HttpResponse

# The newer form's name for it first; either form takes both.
_TOKEN_NAMES = ("api_token", "apiToken")
ASKED_PLATE = Field(
    "plate",
    ("plate",),
    PLATE,
    limit=50,
    required=True,
    required_code=9006,
    description="Compared without case, spaces and dashes, and answered as it was sent.",
)


def _validate(call: Call) -> HttpResponse:
    """What is known of a plate: valid permits, do-not-ticket entries and alarms, on it and on who drives it."""
    plate = call.values[ASKED_PLATE]
    known = _known(call, plate)
    zone = call.access.timezone
    return envelop({"response": _text(known, zone), "plate": plate, "responseJSON": _newer(known, zone)})


validate = Enveloped(_validate, Permission.PLATES_VALIDATE, (CLIENT, ASKED_PLATE), ("POST",), _TOKEN_NAMES)


@endpoint(permission=Permission.PLATES_VALIDATE, methods=("POST", "GET"), token_names=_TOKEN_NAMES)
def validate_in_path(call: Call) -> HttpResponse:
    """The older form: the plate in the path, no envelope, and of several permits only the first."""
    plate = call.captured["plate"]
    # As strict as where it is a field.
    if not plate:
        raise Refusal(ASKED_PLATE.required_code)
    ASKED_PLATE.read("plate", plate)
    known = _known(call, plate)
    zone = call.access.timezone
    return JsonResponse({"response": _text(known, zone), "plate": plate, "responseJSON": _older(known, zone)})


def _known(call: Call, plate: str) -> Known:
    with client_scope(call.access.client_id):
        return validate_plate(plate, at=call.at)


def _text(known: Known, zone: ZoneInfo) -> str:
    """For people. The spaces and empty lines are the original's."""
    parts = [
        f"{permit.kind}: {permit.short_name}\n Expires: {_local(permit.expires_at, zone)}\n\n"
        for permit in known.permits
    ]
    parts += [
        f"DNTT: {entry.location}\n{_local(entry.starts_at, zone)}-{_local(entry.ends_at, zone)} \n{entry.notes}\n\n"
        for entry in known.left_alone
    ]
    if known.alarms:
        parts.append(f"ALARM: {_alarm(known)}\n\n")
    return "".join(parts)


def _newer(known: Known, zone: ZoneInfo) -> dict[str, Any]:
    """For programs: all of the permits."""
    if not known:
        return {}
    return {
        "permits": [
            {"type": permit.kind, "shortName": permit.short_name, "expires": _local(permit.expires_at, zone)}
            for permit in known.permits
        ],
        "dntt": [
            {
                "notes": entry.notes,
                "location": entry.location,
                "start": _local(entry.starts_at, zone),
                "end": _local(entry.ends_at, zone),
            }
            for entry in known.left_alone
        ],
        "alarm": _alarm(known),
    }


def _older(known: Known, zone: ZoneInfo) -> dict[str, Any]:
    """For programs that know of one permit only. Its entries have their keys in another order."""
    if not known:
        return {}
    permit = next(iter(known.permits), None)
    return {
        "expires": _local(permit.expires_at, zone) if permit else "",
        "active": "1" if permit else "0",
        "type": permit.kind if permit else "",
        "shortName": permit.short_name if permit else "",
        "dntt": [
            {
                "notes": entry.notes,
                "start": _local(entry.starts_at, zone),
                "location": entry.location,
                "end": _local(entry.ends_at, zone),
            }
            for entry in known.left_alone
        ],
        "alarm": _alarm(known),
    }


def _alarm(known: Known) -> str:
    return "; ".join(known.alarms)


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"
