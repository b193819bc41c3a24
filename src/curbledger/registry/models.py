"""Where Django looks for the tables of this app."""

from curbledger.registry.access import PersonalDataAccess
from curbledger.registry.login_source import LoginSource
from curbledger.registry.lookups import Colour, LookupCounter, Make, PlateType, Province, UserType, VehicleType
from curbledger.registry.person import Person
from curbledger.registry.vehicle import Driver, Vehicle

__all__ = [
    "Colour",
    "Driver",
    "LoginSource",
    "LookupCounter",
    "Make",
    "Person",
    "PersonalDataAccess",
    "PlateType",
    "Province",
    "UserType",
    "Vehicle",
    "VehicleType",
]
