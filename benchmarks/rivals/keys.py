"""The wire's keys once more, as the rivals know them: which column is printed under which key, and how.

A second list on purpose: it is what somebody else would have to write. The benchmark's check compares its records
with the product's own, so that a key which is missing here is noticed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from curbledger.registry.models import (
    Colour,
    Driver,
    Make,
    PlateType,
    Province,
    Vehicle,
    VehicleType,
)
from curbledger.registry.person import Person
from curbledger.violations.models import Attachment, Category, Detail, Location, Offence, Violation

if TYPE_CHECKING:
    from django.db.models import Model


class Kind(Enum):
    """How a column is printed."""

    PLAIN = auto()
    NUMBER = auto()
    FLAG = auto()
    # 1, or null where it is not set.
    MARK = auto()
    TRUTH = auto()
    MONEY = auto()
    # Null is 0.
    MONEY_OR_NOTHING = auto()
    # Four decimals, in a string.
    TAX = auto()
    TIME = auto()
    # Midnight where the client is, in UTC.
    DAY = auto()
    # Always null.
    NOTHING = auto()
    # Always the text that stands for the path.
    WORD = auto()


@dataclass(frozen=True)
class Key:
    """One key: the column, of this row or (with a dot) of one that it refers to."""

    name: str
    path: str = ""
    kind: Kind = Kind.PLAIN


@dataclass(frozen=True)
class Nested:
    """An object or a list under one key. `path` is the reference to it, or of it to this row where there are many."""

    name: str
    path: str
    entity: Entity
    many: bool = False
    order: str = "id"


@dataclass(frozen=True)
class Entity:
    """A row as it is printed."""

    model: type[Model]
    keys: tuple[Key, ...]
    nested: tuple[Nested, ...] = ()


def _keys(kind: Kind, **paths: str) -> tuple[Key, ...]:
    return tuple(Key(name, path, kind) for name, path in paths.items())


_MODIFIED = Key("modified", "modified", Kind.TIME)


def _numbered(model: type[Model], number: str, name: str, *more: Key) -> Entity:
    return Entity(model, (Key(number, "number", Kind.NUMBER), Key(name, "name"), *more))


MAKE = _numbered(Make, "MakeID", "MakeName", _MODIFIED)
COLOUR = _numbered(Colour, "ColourID", "ColourName", Key("ColourKey", "colour_key"), _MODIFIED)
VEHICLE_TYPE = _numbered(VehicleType, "TypeID", "TypeName", _MODIFIED)
PLATE_TYPE = _numbered(PlateType, "TypeID", "TypeName", _MODIFIED, Key("typeCode", "type_code"))
PROVINCE = _numbered(
    Province,
    "ProvID",
    "ProvName",
    Key("Country", "country", Kind.NUMBER),
    Key("ProvCode", "code"),
    _MODIFIED,
    Key("payments", "payments", Kind.FLAG),
)
LOCATION = _numbered(
    Location,
    "LocationID",
    "LocationName",
    Key("WriterVisible", "writer_visible", Kind.FLAG),
    Key("GisNo", "gis_number", Kind.NUMBER),
    _MODIFIED,
)
CATEGORY = _numbered(
    Category,
    "TicketTypeID",
    "TicketTypeName",
    Key("HandHeldVisible", "handheld_visible", Kind.FLAG),
    _MODIFIED,
    Key("archived", "archived", Kind.TIME),
    Key("appliesTo", "applies_to", Kind.NUMBER),
    Key("enableFailToIdentify", "enable_fail_to_identify", Kind.FLAG),
)
OFFENCE = _numbered(
    Offence,
    "ViolationTypeID",
    "ViolationDescr",
    Key("DefaultCost", "default_cost", Kind.MONEY),
    Key("created", "created_at", Kind.TIME),
    Key("discountFlag", "discount_flag", Kind.TRUTH),
    Key("discountAmount", "discount_amount", Kind.MONEY),
    Key("discountHours", "discount_hours", Kind.NUMBER),
    Key("adminOnly", "admin_only", Kind.TRUTH),
    Key("violationkey", "violation_key"),
    _MODIFIED,
    Key("category_id", "category.number", Kind.NUMBER),
    Key("adjustable", "adjustable", Kind.TRUTH),
    Key("bylawcode", "bylaw_code"),
)
DETAIL = Entity(
    Detail,
    (
        Key("ViolationsDetailID", "id", Kind.NUMBER),
        Key("ViolationID", "violation_id", Kind.NUMBER),
        Key("Ticket", "violation.ticket"),
        Key("ViolationTypeID", "offence.number", Kind.NUMBER),
        Key("LocationID", "location.number", Kind.NUMBER),
        Key("offenceFine", "fine", Kind.MONEY),
        Key("discountFlag", "discount_flag", Kind.FLAG),
        Key("discountAmount", "discount_amount", Kind.MONEY),
        Key("discountHours", "discount_hours", Kind.NUMBER),
        Key("created", "created_at", Kind.TIME),
    ),
    (Nested("type", "offence", OFFENCE),),
)
ATTACHMENT = Entity(
    Attachment,
    (
        Key("attachID", "id", Kind.NUMBER),
        *_keys(Kind.PLAIN, storageLocation="storage_location", attachName="name", attachExt="extension"),
        Key("attachMime", "mime"),
        Key("relatedType", "VIOLATIONS", Kind.WORD),
        Key("relatedID", "violation_id", Kind.NUMBER),
        Key("relatedNote", "violation.ticket"),
        Key("created", "created_at", Kind.TIME),
        Key("archived", "archived", Kind.TIME),
        Key("uniqueid", "unique_id"),
    ),
)
_PROFILE = (
    *_keys(Kind.NUMBER, UserID="id", enabled="enabled"),
    *_keys(Kind.PLAIN, salutation="salutation", firstName="first_name", middleName="middle_name"),
    *_keys(Kind.PLAIN, lastName="last_name", username="user_name", email="email", street="street", city="city"),
    Key("prov", "province.number", Kind.NUMBER),
    *_keys(Kind.PLAIN, postal="postal", street2="street2", city2="city2"),
    Key("prov2", "province2.number", Kind.NUMBER),
    *_keys(Kind.PLAIN, postal2="postal2", phonecell="phone_cell"),
    *_keys(Kind.NUMBER, status="status", UserTypeID="user_type.number"),
    Key("employNo", "employ_no"),
    Key("deptNameID", "department", Kind.NUMBER),
    Key("ePhone", "employee_phone"),
    Key("staffFacultyFlag", "staff_faculty", Kind.FLAG),
    *_keys(Kind.PLAIN, studentNo="student_no", sPhone="student_phone", sPhone2="student_phone2"),
    *_keys(Kind.TIME, lastUpdated="last_updated", created="created_at"),
    *_keys(Kind.PLAIN, privateComment="private_comment", publicComment="public_comment", DLNum="licence_number"),
    Key("DOB", "date_of_birth", Kind.DAY),
    Key("StaffMailPermit", "staff_mail_permit", Kind.FLAG),
    *_keys(Kind.PLAIN, ExtendedID="extended_id", UserUUID="uuid", CampusBox="campus_box", newEmail="new_email"),
    *_keys(Kind.NUMBER, ReadOnlyUserID="read_only_user_id", studentNo_int="student_no_int"),
    Key("employNo_int", "employ_no_int", Kind.NUMBER),
    *_keys(Kind.PLAIN, StuCampusLocation="student_campus_location", EmpCampusLocation="employee_campus_location"),
    Key("MailPermitTo", "mail_permit_to"),
    Key("isCloudAccount", "is_cloud_account", Kind.NUMBER),
    Key("lastSelfUpdated", "last_self_updated", Kind.TIME),
    *_keys(Kind.NUMBER, emailConsent="email_consent", T2P_reminders="text_reminders", reminderTime="reminder_time"),
    Key("lockerUserTypeID", "locker_user_type.number", Kind.NUMBER),
    Key("encid", kind=Kind.NOTHING),
    Key("preferredname", "preferred_name"),
    *_keys(Kind.FLAG, plateAlert="plate_alert", peopleAlert="people_alert"),
    Key("salt", kind=Kind.NOTHING),
    Key("forcePasswordChange", "force_password_change", Kind.FLAG),
    Key("lastpasswordchange", "last_password_change", Kind.TIME),
    Key("DLprov", "licence_province.number", Kind.NUMBER),
    Key("loginSource", "login_source"),
    Key("company_id", "company_id", Kind.NUMBER),
    Key("taxexemption", "tax_exemption"),
    *_keys(Kind.NUMBER, company_manager="company_manager", receives_invoice="receives_invoice"),
    Key("account_number", "account_number"),
    Key("company_bill_recipient", "company_bill_recipient", Kind.NUMBER),
    *_keys(Kind.PLAIN, kais_employer="kais_employer", kais_building="kais_building"),
    *_keys(Kind.PLAIN, kais_supervisor_name="kais_supervisor_name", kais_supervisor_title="kais_supervisor_title"),
    Key("register_token", kind=Kind.NOTHING),
    Key("api_token", kind=Kind.NOTHING),
    _MODIFIED,
    *_keys(Kind.PLAIN, bambora_customer_code="bambora_customer_code", language="language"),
    Key("preferred_communication_method", "preferred_communication_method"),
)
PERSON = Entity(Person, _PROFILE)
DRIVER = Entity(
    Driver,
    (
        *(Key(key.name, f"person.{key.path}" if key.path else "", key.kind) for key in _PROFILE),
        Key("laravel_through_key", "vehicle_id", Kind.NUMBER),
    ),
)
VEHICLE = Entity(
    Vehicle,
    (
        Key("VehicleID", "id", Kind.NUMBER),
        Key("Active", "active", Kind.FLAG),
        Key("lastUpdate", "last_update", Kind.TIME),
        Key("Plate", "plate"),
        *_keys(Kind.NUMBER, PlateTypeID="plate_type.number", ProvID="province.number", MakeID="make.number"),
        *_keys(Kind.NUMBER, TypeID="vehicle_type.number", ColourID="colour.number", Year="year"),
        *_keys(Kind.NUMBER, TotalVio="total_violations", TotalUnpaid="total_unpaid", TotalWarning="total_warnings"),
        *_keys(Kind.TIME, created="created_at", externallookupdate="external_lookup_at"),
        Key("externallookupRequestID", "external_lookup_request", Kind.NUMBER),
        _MODIFIED,
        *_keys(Kind.PLAIN, vehicleAlert="alert", vin="vin"),
    ),
    (
        Nested("drivers", "vehicle", DRIVER, many=True, order="person_id"),
        Nested("make", "make", MAKE),
        Nested("colour", "colour", COLOUR),
        Nested("vehicle_type", "vehicle_type", VEHICLE_TYPE),
        Nested("plate_type", "plate_type", PLATE_TYPE),
        Nested("province", "province", PROVINCE),
    ),
)
# What a placement decides (contract, section 1): here the violation's own, as in a town without payments and fees.
DECIDED = ("AdjustedFine", "Towing", "taxAmount", "AdjustmentReason")
VIOLATION = Entity(
    Violation,
    (
        *_keys(Kind.NUMBER, ViolationID="id", SemPermitID="permit_number"),
        Key("Ticket", "ticket"),
        Key("VehicleID", "vehicle_id", Kind.NUMBER),
        Key("Spoiled", "spoiled", Kind.FLAG),
        Key("TicketType", "category.number", Kind.NUMBER),
        *_keys(Kind.TIME, Issued="issued_at", convNotice="converted_notice_at", Due="due_at"),
        Key("ViolationTypeID", "offence_number", Kind.NUMBER),
        Key("Fine", "fine", Kind.MONEY),
        Key("AdjustedFine", "adjusted_fine", Kind.MONEY_OR_NOTHING),
        Key("Towing", "towing", Kind.MONEY),
        Key("taxAmount", "tax", Kind.TAX),
        *_keys(Kind.NUMBER, Writer="writer", LocationID="location.number"),
        Key("Comment", "comment"),
        Key("TicketAppeal", "appealed_at", Kind.TIME),
        Key("appealType", "appeal_type", Kind.NUMBER),
        Key("appealFormat", "appeal_format"),
        Key("AccessAdminID", "access_admin", Kind.NUMBER),
        Key("ActionedPer", "actioned_per"),
        Key("Created", "created_at", Kind.TIME),
        Key("AppealUserID", "appeal_person", Kind.NUMBER),
        Key("AppealProcessDate", "appeal_processed_at", Kind.TIME),
        Key("AppealAdminID", "appeal_admin", Kind.NUMBER),
        *_keys(Kind.PLAIN, AppealComment="appeal_comment", AppealAdminComment="appeal_admin_comment"),
        Key("AutoNotice", "auto_notice", Kind.NUMBER),
        Key("ProcessedByCollection", kind=Kind.NOTHING),
        Key("SentToCollections", kind=Kind.NOTHING),
        Key("PrivateComments", "private_comments"),
        Key("DriveAway", "drive_away", Kind.FLAG),
        *_keys(Kind.PLAIN, UUID="uuid", VioNotice="notice"),
        *_keys(Kind.MONEY, latitude="latitude", longitude="longitude"),
        Key("Warning", "warning", Kind.MARK),
        *_keys(Kind.NUMBER, userid="person_id", incidentID="incident"),
        Key("failToIdentify", "fail_to_identify", Kind.MARK),
        Key("pin", "pin"),
        Key("duplicate", "duplicate", Kind.MARK),
        Key("AdjustmentReason", "adjustment_reason"),
    ),
    (
        Nested("user", "person", PERSON),
        Nested("vehicle", "vehicle", VEHICLE),
        Nested("location", "location", LOCATION),
        Nested("details", "violation", DETAIL, many=True),
        Nested("attachments", "violation", ATTACHMENT, many=True),
        Nested("category", "category", CATEGORY),
    ),
)
