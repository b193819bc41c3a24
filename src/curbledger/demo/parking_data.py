"""Where one parks with a permit, what that costs, and what officers are told. All of it is made up."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import NamedTuple


class Part(NamedTuple):
    """A zone that a lot is made of, on these weekdays (Monday is 0) and hours."""

    zone: str
    weekdays: tuple[int, ...] = tuple(range(7))
    opens: time = time(0)
    closes: time = time(0)


class Place(NamedTuple):
    """A lot. `weight` says how many of the town's permits are for it."""

    weight: float
    name: str
    cost: Decimal
    room: int
    parts: tuple[Part, ...]


_WORKDAYS = (0, 1, 2, 3, 4)
PLACES = (
    Place(10, "Library Lot A", Decimal(45), 60, (Part("Lot 01"),)),
    Place(14, "Engineering Lot C", Decimal(38), 80, (Part("Lot 02"),)),
    Place(20, "College Residence Lot", Decimal(30), 120, (Part("Lot 03"),)),
    # Permits of the day count by day, those of the night by night.
    Place(
        25,
        "Canal Street Garage",
        Decimal(95),
        150,
        (
            Part("Lot 4", _WORKDAYS, time(7), time(18)),
            Part("Lot 4 Evening", _WORKDAYS, time(18), time(7)),
            Part("Lot 4 Evening", (5, 6)),
        ),
    ),
    Place(31, "Stadium Lot", Decimal(20), 200, (Part("Lot 05"), Part("Lot 06"))),
)
# Meters know it, the office has not configured it.
UNKNOWN_ZONE = "Downtown 7"
TAXES = {"CAD": (Decimal("5.000"), Decimal("8.000")), "USD": (Decimal("4.000"), Decimal("4.000"))}
LOGIN_SOURCES = ("LDAP", "SSO")
# The likely ones first.
PERMIT_NAMES = ("Student Permit", "Faculty/Staff Permit", "Residence Permit", "Carpool Permit", "Contractor Permit")
HOURLY = Decimal("3.50")

LEFT_ALONE = (
    ("Main Campus", "CLEAR FOR ANY PAY AREA"),
    ("Civic Centre", "Council meeting; may stand in the loading zone."),
    ("General Hospital", "Volunteer driver on duty."),
    ("Fairgrounds", "Exhibitor; towing only after a call."),
    ("Old Town", "Moving house, permit paid at the counter."),
)
ALARMS = (
    "Wanted to talk with.",
    "Reported stolen; call the police and do not approach.",
    "Permit reported lost; check the number on the dash.",
    "Three unpaid tickets: eligible for the boot.",
)
