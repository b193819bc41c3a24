"""What fields, states and choices of an import are called on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from curbledger.importing.file_import import State
from curbledger.importing.schema import Kind
from curbledger.portal.audit_words import COLUMN_NAMES, TABLE_NAMES

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Lazy

    from curbledger.importing.said import Said

KIND_NAMES: dict[str, Lazy] = {
    Kind.VIOLATIONS: _("Violations"),
    Kind.PEOPLE: _("People"),
    Kind.PAYMENTS: _("Payments"),
}
STATE_NAMES: dict[str, Lazy] = {
    State.UPLOADED: _("To be mapped"),
    State.WAITING: _("Waits"),
    State.WORKING: _("Under way"),
    State.CHECKED: _("Checked"),
    State.FAILED: _("Failed"),
    State.DONE: _("Imported"),
    State.DROPPED: _("Dropped"),
}
STATE_TONES: dict[str, str] = {
    State.UPLOADED: "warn",
    State.WAITING: "info",
    State.WORKING: "info",
    State.CHECKED: "warn",
    State.FAILED: "bad",
    State.DONE: "good",
}
# Where a field is called otherwise than its column (audit_words.py).
_FIELD_NAMES: dict[str, Lazy] = {
    "agency": _("Agency"),
    "campus_box": _("Campus box"),
    "category": _("Category"),
    "city2": _("City (2)"),
    "colour": _("Colour"),
    "due": _("Due"),
    "employee_phone": _("Phone (employee)"),
    "extended_id": _("Extended identifier"),
    "issued": _("Issued"),
    "issued_time": _("Time of the issue"),
    "licence_province": _("Province of the licence"),
    "make": _("Make"),
    "noticed_on": _("Told"),
    "offence": _("Offence"),
    "paid_on": _("Paid on"),
    "paid_time": _("Time of the payment"),
    "person": _("Person (identifier)"),
    "placed": _("Placed amount"),
    "plate_province": _("Province of the plate"),
    "plate_type": _("Plate type"),
    "postal2": _("Postal code (2)"),
    "province": _("Province"),
    "province2": _("Province (2)"),
    "sent_on": _("Sent to the agency"),
    "status": _("Standing"),
    "status_on": _("Standing since"),
    "status_reason": _("Reason of the standing"),
    "street2": _("Street (2)"),
    "student_phone": _("Phone (student)"),
    "student_phone2": _("Phone (student, 2)"),
    "tax_exemption": _("Tax exemption"),
    "user_type": _("Type of person"),
    "vehicle_type": _("Vehicle type"),
    "vehicle_year": _("Year"),
}


def field_name(field: str) -> str:
    """A field of an import in words."""
    return str(_FIELD_NAMES.get(field) or COLUMN_NAMES.get(field) or field.replace("_", " ").capitalize())


def row_reason(said: Said) -> str:
    """Why a row was rejected, with its field in words."""
    words = said.without_about().translated()
    if not said.about:
        return words
    return gettext("%(field)s: %(what)s") % {"field": field_name(said.about), "what": words}


def list_name(name: str) -> str:
    """A list in words."""
    return str(TABLE_NAMES[name])
