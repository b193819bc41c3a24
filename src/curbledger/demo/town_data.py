"""What tickets are written for, where, and by whom. All of it is made up."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A location, with where its middle lies from the town's, in millionths of a degree."""

    name: str
    north: int
    east: int


class Bylaw(NamedTuple):
    """An offence. `weight` says how often it is written."""

    weight: float
    name: str
    cost: int
    off: int
    hours: int
    code: str
    category: str


CAMPUS = "Campus"
MUNICIPAL = "Municipal"
PRIVATE = "Private Lot"
ACCESSIBLE = "Accessible"
CATEGORIES = (CAMPUS, MUNICIPAL, PRIVATE, ACCESSIBLE)

PLACES = (
    Place("Canal Street Garage", 1_900, -2_100),
    Place("Cathedral Hill", 3_800, 1_200),
    Place("Civic Centre", -900, 400),
    Place("College Residence Lot", -14_200, -6_300),
    Place("Dockside Market", 4_400, -5_600),
    Place("Downtown Business District", 0, 0),
    Place("Engineering Lot C", -12_700, -8_800),
    Place("Fairgrounds", 8_300, 11_900),
    Place("General Hospital", -5_200, 9_700),
    Place("Library Lot A", -13_100, -7_400),
    Place("Main Street North", 2_600, 600),
    Place("Millrace Plaza", 6_100, -12_300),
    Place("Old Town", 1_200, 2_300),
    Place("Riverside Medical Arts Lot", -4_600, 8_800),
    Place("Stadium Lot", -15_000, -4_900),
    Place("Station Square", -2_400, -3_300),
    Place("Tannery Row", 5_300, -4_100),
    Place("Westgate Shopping Plaza", 700, -18_600),
)
TOWN_CENTRE = (45_412_300, -75_698_400)

_STREETS_AND_GARAGES = (
    "Canal Street Garage",
    "Cathedral Hill",
    "Civic Centre",
    "Dockside Market",
    "Downtown Business District",
    "Fairgrounds",
    "General Hospital",
    "Main Street North",
    "Old Town",
    "Station Square",
    "Tannery Row",
)
_CAMPUS_LOTS = ("College Residence Lot", "Engineering Lot C", "Library Lot A", "Stadium Lot")
WHERE = {
    CAMPUS: _CAMPUS_LOTS,
    MUNICIPAL: _STREETS_AND_GARAGES,
    PRIVATE: ("Millrace Plaza", "Riverside Medical Arts Lot", "Westgate Shopping Plaza"),
    ACCESSIBLE: (*_STREETS_AND_GARAGES, *_CAMPUS_LOTS),
}

# No discount holds longer than the shortest time to pay (plan.py).
BYLAWS = (
    Bylaw(12, "Expired Meter", 30, 10, 168, "BL-61", MUNICIPAL),
    Bylaw(9, "Over the Posted Time Limit", 35, 10, 168, "BL-62", MUNICIPAL),
    Bylaw(8, "No Parking Zone", 45, 10, 168, "BL-64", MUNICIPAL),
    Bylaw(4, "No Stopping Zone", 70, 15, 168, "BL-66", MUNICIPAL),
    Bylaw(2, "Parked in Bus Stop", 85, 20, 168, "BL-71", MUNICIPAL),
    Bylaw(3, "Blocking a Driveway", 60, 10, 168, "BL-73", MUNICIPAL),
    Bylaw(2, "Parked within 9 m of an Intersection", 55, 10, 168, "BL-75", MUNICIPAL),
    Bylaw(2.5, "Parked within 3 m of a Fire Hydrant", 100, 0, 0, "BL-76", MUNICIPAL),
    Bylaw(5, "Parked in Loading Zone", 50, 10, 168, "BL-78", MUNICIPAL),
    Bylaw(3, "Overnight Winter Parking Ban", 75, 15, 168, "BL-80", MUNICIPAL),
    Bylaw(1.5, "Facing the Wrong Way", 40, 10, 168, "BL-82", MUNICIPAL),
    Bylaw(1, "Double Parked", 65, 0, 0, "BL-84", MUNICIPAL),
    Bylaw(1, "Parked on Boulevard or Sidewalk", 60, 10, 168, "BL-85", MUNICIPAL),
    Bylaw(1.5, "Parked in Fire Route", 120, 0, 0, "BL-90", MUNICIPAL),
    Bylaw(1, "Obstructing Snow Removal", 95, 0, 0, "BL-91", MUNICIPAL),
    Bylaw(7, "No Valid Permit Displayed", 40, 15, 168, "CP-02", CAMPUS),
    Bylaw(4, "Permit Not Valid for This Lot", 35, 10, 168, "CP-03", CAMPUS),
    Bylaw(3, "Expired Pay-and-Display Ticket", 30, 10, 240, "CP-05", CAMPUS),
    Bylaw(1, "Parked in Reserved Stall", 55, 10, 240, "CP-08", CAMPUS),
    Bylaw(0.4, "Altered or Counterfeit Permit", 250, 0, 0, "CP-14", CAMPUS),
    Bylaw(5, "Unauthorized Parking on Private Property", 65, 20, 168, "PL-1", PRIVATE),
    Bylaw(3, "Exceeded Free Customer Parking", 50, 15, 168, "PL-2", PRIVATE),
    Bylaw(1, "Failed to Pay for Parking", 58, 15, 168, "PL-4", PRIVATE),
    Bylaw(1.5, "Accessible Stall without Permit", 300, 0, 0, "AP-1", ACCESSIBLE),
    Bylaw(0.6, "Misuse of an Accessible Permit", 350, 0, 0, "AP-2", ACCESSIBLE),
    Bylaw(0.6, "Blocking an Accessible Ramp", 200, 0, 0, "AP-4", ACCESSIBLE),
)

# Numbers of those who write tickets, and names of those who work at desks.
WRITERS = (3, 4, 5, 8, 9, 11, 12, 14)
DESKS = (2, 6, 7, 10)
CLERKS = ("Ngozi Okafor", "Mireille Lafrenière", "Stuart Galbraith", "Priya Sandhu")
HANDHELDS = ("1", "2", "3", "4", "5")
