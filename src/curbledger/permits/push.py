"""Push a permit: create it, once, however often and by however many at a time it is sent."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from curbledger.database.constraints import Taken
from curbledger.kit.digest import sha256
from curbledger.kit.plates import plate_key
from curbledger.permits.permit import Kind, Permit, check_period
from curbledger.permits.zone import find_zone, zone_key

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a push says. A number or a zone that is blank is none."""

    plate: str
    starts_at: datetime
    ends_at: datetime
    currency: str
    amount: Decimal | None = None
    number: str | None = None
    zone: str | None = None


def push_permit(client_id: int, pushed: Pushed, *, at: datetime) -> uuid.UUID:
    """Create a temporary permit, or find the one that the same push created. In the client's scope.

    Raises Invalid where it does not end after its start, and Taken where another permit of the client, pushed with
    other details, carries its number.
    """
    check_period(pushed.starts_at, pushed.ends_at)
    permit = _permit(client_id, pushed, at=at)
    if permit.zone_key is not None:
        permit.zone_id = find_zone(client_id, permit.zone_key)
    while True:
        # Waits for whoever inserts the same push or number, and inserts nothing once they have.
        Permit.objects.bulk_create([permit], ignore_conflicts=True)
        reference = _stored(permit)
        if reference is not None:
            return reference
        # The permit that was in the way has been deleted between the two statements: once more.


def _stored(permit: Permit) -> uuid.UUID | None:
    """The reference of the live permit that this push made, now or before; None where there is none.

    Raises Taken where another one carries its number. One statement looks for both: between two, somebody else could
    make the same push, which would then be taken for the other.
    """
    in_the_way = Q(fingerprint=permit.fingerprint)
    if permit.number is not None:
        in_the_way |= Q(number=permit.number)
    found = dict(Permit.objects.live().filter(in_the_way).values_list("fingerprint", "reference"))
    if found and permit.fingerprint not in found:
        raise Taken("Another permit carries this number.", field="number")
    return found.get(permit.fingerprint)


def _permit(client_id: int, pushed: Pushed, *, at: datetime) -> Permit:
    zone = _unless_blank(pushed.zone)
    permit = Permit(
        client_id=client_id,
        reference=uuid.uuid4(),
        kind=Kind.TEMP,
        plate=pushed.plate,
        plate_key=plate_key(pushed.plate),
        number=_unless_blank(pushed.number),
        zone_name=zone,
        zone_key=None if zone is None else zone_key(zone),
        starts_at=pushed.starts_at,
        ends_at=pushed.ends_at,
        amount=pushed.amount,
        currency=pushed.currency,
        created_at=at,
        modified_at=at,
    )
    permit.fingerprint = _fingerprint(permit)
    return permit


def _fingerprint(permit: Permit) -> str:
    """What makes two pushes the same: plate, zone, start, end and number, absent ones too; not what was paid."""
    said = [
        permit.plate_key,
        permit.zone_key,
        permit.starts_at.isoformat(),
        permit.ends_at.isoformat(),
        permit.number,
    ]
    return sha256(json.dumps(said).encode())


def _unless_blank(text: str | None) -> str | None:
    return text if text and text.strip() else None
