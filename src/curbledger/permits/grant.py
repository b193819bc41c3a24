"""Grant a standard permit: by staff, for a season."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from curbledger.database.constraints import Taken
from curbledger.errors import Invalid
from curbledger.kit import money
from curbledger.kit.plates import plate_key
from curbledger.permits.permit import MOST_AMOUNT, Kind, Permit, check_period

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from curbledger.permits.zone import Zone

_LONGEST_PLATE = 50
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What is granted. `short_name` is what the client calls such permits: `Faculty/Staff Permit`."""

    plate: str
    short_name: str
    starts_at: datetime
    ends_at: datetime
    currency: str
    amount: Decimal | None = None
    number: str | None = None
    zone: Zone | None = None


def grant_permit(client_id: int, granted: Granted, *, at: datetime) -> uuid.UUID:
    """Grant a permit; each time it is another one. In the client's scope.

    Raises Invalid for a plate, name, price or period that cannot be, and Taken where another permit carries its number.
    """
    key = plate_key(granted.plate)
    if not key or len(key) > _LONGEST_PLATE or len(granted.plate) > _LONGEST_PLATE:
        raise Invalid(f"{granted.plate!r} is no plate.", field="plate")
    if not granted.short_name.strip() or len(granted.short_name) > _LONGEST_NAME:
        raise Invalid(f"A permit needs a name, of at most {_LONGEST_NAME} characters.", field="short_name")
    amount = None if granted.amount is None else money.check(granted.amount, "A permit's price", most=MOST_AMOUNT)
    check_period(granted.starts_at, granted.ends_at)
    permit = Permit(
        client_id=client_id,
        reference=uuid.uuid4(),
        kind=Kind.STANDARD,
        short_name=granted.short_name,
        plate=granted.plate,
        plate_key=key,
        number=granted.number or None,
        zone=granted.zone,
        zone_name=granted.zone.name if granted.zone else None,
        zone_key=granted.zone.name_key if granted.zone else None,
        starts_at=granted.starts_at,
        ends_at=granted.ends_at,
        amount=amount,
        currency=granted.currency,
        created_at=at,
        modified_at=at,
    )
    # Only its number can be in the way: the constraint decides, and nothing is inserted where it refuses.
    Permit.objects.bulk_create([permit], ignore_conflicts=True)
    if not Permit.objects.filter(reference=permit.reference).exists():
        raise Taken("Another permit carries this number.", field="number")
    return permit.reference
