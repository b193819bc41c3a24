"""Which fields each kind of import knows, and what shape their values have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What the rows of a file are."""

    VIOLATIONS = "violations"
    PEOPLE = "people"
    PAYMENTS = "payments"


class Shape(StrEnum):
    """What a value is read as. The words are those of messages and of docs/importing.md."""

    NUMBER = _("number")
    TEXT = _("text")
    AMOUNT = _("amount")
    DAY = _("day")
    TIME = _("time")
    WHOLE = _("whole number")
    DEGREES = _("degrees")
    LIST = _("entry of a list")
    STATUS = _("status")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an import. `limit` is the most characters it holds; `list_name` the list it is picked from."""

    shape: Shape
    required: bool = False
    limit: int | None = None
    list_name: str | None = None


def _texts(**limits: int | None) -> dict[str, Field]:
    return {name: Field(Shape.TEXT, limit=limit) for name, limit in limits.items()}


def _lists(**names: str) -> dict[str, Field]:
    return {field: Field(Shape.LIST, limit=200, list_name=name) for field, name in names.items()}


_VEHICLE = {
    "plate": Field(Shape.TEXT, limit=50),
    "vin": Field(Shape.TEXT, limit=17),
    "vehicle_year": Field(Shape.WHOLE),
    **_lists(plate_type="plate_type", make="make", colour="colour", vehicle_type="vehicle_type"),
}
_VIOLATIONS = {
    "ticket": Field(Shape.NUMBER, required=True, limit=50),
    "issued": Field(Shape.DAY, required=True),
    "issued_time": Field(Shape.TIME),
    "due": Field(Shape.DAY, required=True),
    "fine": Field(Shape.AMOUNT, required=True),
    **{name: Field(Shape.AMOUNT) for name in ("adjusted_fine", "towing", "tax", "fees", "discount", "paid", "placed")},
    **{name: Field(Shape.DAY) for name in ("paid_on", "status_on", "noticed_on", "sent_on")},
    "status": Field(Shape.STATUS),
    **_texts(adjustment_reason=None, status_reason=None, comment=None, private_comments=None),
    "person": Field(Shape.TEXT, limit=50),
    "writer": Field(Shape.WHOLE),
    "latitude": Field(Shape.DEGREES),
    "longitude": Field(Shape.DEGREES),
    **_VEHICLE,
    **_lists(province="province", category="category", location="location", offence="offence", agency="agency"),
}
_PEOPLE = {
    "unique_id": Field(Shape.NUMBER, required=True, limit=50),
    **_texts(salutation=20, first_name=50, middle_name=50, last_name=50, preferred_name=50, user_name=50, email=100),
    **_texts(street=255, city=50, postal=20, street2=255, city2=50, postal2=20, phone_cell=20),
    **_texts(employ_no=50, employee_phone=50, student_no=50, student_phone=50, student_phone2=50, extended_id=50),
    **_texts(licence_number=255, private_comment=None, public_comment=None, campus_box=50, language=10),
    **_texts(account_number=50, tax_exemption=50),
    "date_of_birth": Field(Shape.DAY),
    **_lists(province="province", province2="province", licence_province="province", user_type="user_type"),
    **_VEHICLE,
    **_lists(plate_province="province"),
}
_PAYMENTS = {
    "ticket": Field(Shape.TEXT, required=True, limit=50),
    "amount": Field(Shape.AMOUNT, required=True),
    "reference": Field(Shape.NUMBER, required=True, limit=100),
    "paid_on": Field(Shape.DAY, required=True),
    "paid_time": Field(Shape.TIME),
    "method": Field(Shape.TEXT, limit=50),
}

FIELDS: Mapping[Kind, Mapping[str, Field]] = MappingProxyType(
    {Kind.VIOLATIONS: _VIOLATIONS, Kind.PEOPLE: _PEOPLE, Kind.PAYMENTS: _PAYMENTS}
)
LISTS = tuple(
    sorted({field.list_name for fields in FIELDS.values() for field in fields.values() if field.list_name is not None})
)

# What a mapping may say of a field, by its shape, beside where the value comes from.
_ANY = frozenset({"blank", "default"})
OPTIONS: Mapping[Shape, frozenset[str]] = MappingProxyType(
    {
        Shape.NUMBER: _ANY | {"prefix"},
        Shape.TEXT: _ANY | {"prefix"},
        Shape.AMOUNT: _ANY | {"decimal"},
        Shape.DAY: _ANY | {"format"},
        Shape.TIME: _ANY | {"am_pm"},
        Shape.WHOLE: _ANY,
        Shape.DEGREES: _ANY,
        Shape.LIST: _ANY,
        Shape.STATUS: _ANY | {"values"},
    }
)
STATUSES = ("open", "paid", "spoiled", "cancelled", "appeal", "warning")
