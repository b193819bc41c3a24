"""Permits (contract, sections 2 to 5): push, update, delete, and count them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import JsonResponse

from curbledger.database.scope import client_scope
from curbledger.errors import Invalid, NotFound
from curbledger.permissions import Permission
from curbledger.permits.delete import delete_permit
from curbledger.permits.push import Pushed, push_permit
from curbledger.permits.stats import count_permits
from curbledger.permits.update import Changes, update_permit
from curbledger.refusal import Refusal
from curbledger.wire.endpoint import Call, endpoint
from curbledger.wire.fields import Field
from curbledger.wire.kinds import AMOUNT, CURRENCY, LOCAL_DATETIME, PLATE, TEXT

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

# Python's own reader of UUIDs takes braces, underscores and digits of other scripts too.
_REFERENCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE | re.ASCII)
_UTC_NAME = "Utc"

PAID = Field(
    "amount",
    ("amount", "Amount"),
    AMOUNT,
    limit=9,
    clearable=True,
    description="What was paid: 0.01 to 999999.99, up to two decimals.",
)
PAID_IN = Field(
    "currency",
    ("currency", "CurrencyID"),
    CURRENCY,
    limit=10,
    clearable=True,
    description="`CAD` or `USD`; the client's own where it is not sent.",
)
START = Field(
    "start",
    ("startTime", "StartDateUtc"),
    LOCAL_DATETIME,
    limit=20,
    required=True,
    value_code=9007,
    description="`YYYY-MM-DDTHH:MM:SS`: `startTime` where the client is, `StartDateUtc` in UTC.",
)
END = Field(
    "end",
    ("endTime", "EndDateUtc"),
    LOCAL_DATETIME,
    limit=20,
    required=True,
    required_code=9004,
    value_code=9005,
    description="The same; after the start.",
)
PERMIT_PLATE = Field(
    "plate",
    ("plate", "LicencePlate"),
    PLATE,
    limit=25,
    required=True,
    required_code=9006,
    description="Kept as it is sent; compared without case, spaces and dashes.",
)
NUMBER = Field(
    "number",
    ("permitNo", "TicketNumber"),
    TEXT,
    limit=50,
    clearable=True,
    description="Your own number of the permit. No two live permits share one.",
)
ZONE = Field(
    "zone",
    ("zone", "ParkingZoneName"),
    TEXT,
    limit=200,
    clearable=True,
    description="Neither case nor spaces count. One that the client has not configured is taken too.",
)
REFERENCE = Field(
    "reference",
    ("referenceid", "referenceID", "reference_id"),
    TEXT,
    limit=50,
    required=True,
    required_code=9008,
    description="What `permits/push` answered.",
)
# An update changes only what is sent; what a permit cannot be without stays refused as in a push.
NEW_END = replace(END, required=False, required_code=9031, description="As in `permits/push`.")
NEW_PLATE = replace(PERMIT_PLATE, required=False, required_code=9031)
ZONES = Field("zones", ("zones",), TEXT, description="Names of zones, with commas between them. Absent: all.")


@endpoint(permission=Permission.PERMITS_WRITE, fields=(PAID, PAID_IN, START, END, PERMIT_PLATE, NUMBER, ZONE))
def push(call: Call) -> HttpResponse:
    """Create a temporary permit. The same push again answers with the first one's reference, and stores nothing."""
    values = call.values
    pushed = Pushed(
        plate=values[PERMIT_PLATE],
        starts_at=_moment(call, START),
        ends_at=_moment(call, END),
        amount=values.get(PAID),
        currency=values.get(PAID_IN) or call.access.currency,
        number=values.get(NUMBER),
        zone=values.get(ZONE),
    )
    try:
        with client_scope(call.access.client_id):
            reference = push_permit(call.access.client_id, pushed, at=call.at)
    except Invalid as error:
        raise _refusal(error) from error
    return _answer(reference)


@endpoint(permission=Permission.PERMITS_WRITE, fields=(REFERENCE, PAID, PAID_IN, NEW_END, NEW_PLATE))
def update(call: Call) -> HttpResponse:
    """Change a permit: only what is sent. An empty amount or currency takes it away."""
    values = call.values
    reference = _reference(call)
    changes: Changes = {}
    if NEW_END in values:
        changes["ends_at"] = _moment(call, NEW_END)
    if NEW_PLATE in values:
        changes["plate"] = values[NEW_PLATE]
    if PAID in values:
        changes["amount"] = values.get(PAID)
    if PAID_IN in values:
        changes["currency"] = values.get(PAID_IN) or call.access.currency
    try:
        with client_scope(call.access.client_id):
            update_permit(reference, changes, at=call.at)
    except Invalid as error:
        raise _refusal(error) from error
    return _answer(reference)


@endpoint(permission=Permission.PERMITS_WRITE, fields=(REFERENCE,))
def delete(call: Call) -> HttpResponse:
    """Delete a permit. Its number, and the push that made it, may come again then."""
    reference = _reference(call)
    with client_scope(call.access.client_id):
        delete_permit(reference, at=call.at)
    return _answer(reference)


@endpoint(permission=Permission.PERMITS_STATS, fields=(ZONES,))
def stats(call: Call) -> HttpResponse:
    """The permits that are valid now, counted by type and zone."""
    names = [name for name in (call.values.get(ZONES) or "").split(",") if name.strip()]
    with client_scope(call.access.client_id):
        counts = count_permits(names or None, at=call.at)
    rows = [{"type": count.kind, "zone": count.zone, "total": str(count.total)} for count in counts]
    return JsonResponse({"data": rows})


def _moment(call: Call, field: Field[datetime]) -> datetime:
    """The moment in UTC. A local time that the clock skips moves forward; one that it repeats is the first."""
    utc = call.values.spelling(field).endswith(_UTC_NAME)
    written = call.values[field]
    return written.replace(tzinfo=UTC if utc else call.access.timezone, fold=0).astimezone(UTC)


def _reference(call: Call) -> UUID:
    text = call.values[REFERENCE]
    if not _REFERENCE.match(text):
        raise NotFound(f"There is no permit {text}.")
    return UUID(text)


def _refusal(error: Invalid) -> Refusal:
    """All that the domain finds fault with is an end that does not come after the start."""
    if error.field != END.attribute:
        raise error
    return Refusal(END.value_code)


def _answer(reference: UUID) -> HttpResponse:
    return JsonResponse({"status": "success", "reference_id": str(reference), "InternalReferenceID": str(reference)})
