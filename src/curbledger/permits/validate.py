"""Validate a plate: what somebody must know who stands before the vehicle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from curbledger.kit.plates import plate_key
from curbledger.permits.alarm import RAISED, Alarm
from curbledger.permits.do_not_ticket import DoNotTicket
from curbledger.permits.marked import concerning
from curbledger.permits.permit import Permit

if TYPE_CHECKING:
    from datetime import datetime

_TEMPORARY = "Temporary Permit"


@dataclass(frozen=True, slots=True)
class ValidPermit:
    """A permit that is valid now. A temporary one goes by its zone, for it has no name."""

    kind: str
    short_name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A do-not-ticket-or-tow entry that holds now."""

    notes: str
    location: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a plate now."""

    permits: tuple[ValidPermit, ...]
    left_alone: tuple[LeftAlone, ...]
    alarms: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.permits or self.left_alone or self.alarms)


def validate_plate(plate: str, *, at: datetime) -> Known:
    """What is known of the plate, and of whoever drives it. In the client's scope.

    Permits of staff come first, and of each type the one that is valid longest.
    """
    key = plate_key(plate)
    permits = Permit.objects.valid(at).filter(plate_key=key).select_related("zone").order_by("kind", "-ends_at", "id")
    entries = DoNotTicket.objects.filter(concerning(key), starts_at__lte=at, ends_at__gt=at)
    alarms = Alarm.objects.filter(RAISED, concerning(key))
    return Known(
        permits=tuple(ValidPermit(permit.kind, _name(permit), permit.ends_at) for permit in permits),
        left_alone=tuple(
            LeftAlone(entry.notes, entry.location, entry.starts_at, entry.ends_at)
            for entry in entries.order_by("starts_at", "id")
        ),
        alarms=tuple(alarms.order_by("raised_at", "id").values_list("text", flat=True)),
    )


def _name(permit: Permit) -> str:
    zone = permit.zone.name if permit.zone else permit.zone_name
    return permit.short_name or zone or _TEMPORARY
