"""A record of the handoff as one row: the columns of spreadsheets, in an order that never changes.

New columns go to the end. What a record has several of (offences, drivers, files) is joined into one column; the
first driver has columns of its own, since most vehicles have one.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from curbledger.kit.sheet import Cell

    Record: TypeAlias = Mapping[str, Any]

_BETWEEN = " | "
_PERSON = {
    "UserID": "UserID",
    "FirstName": "firstName",
    "LastName": "lastName",
    "Email": "email",
    "Street": "street",
    "City": "city",
    "ProvID": "prov",
    "Postal": "postal",
    "Phone": "phonecell",
    "DLNum": "DLNum",
    "DOB": "DOB",
}
_TICKET = (
    "ViolationID",
    "Ticket",
    "Issued",
    "Due",
    "Fine",
    "AdjustedFine",
    "Towing",
    "taxAmount",
    "AdjustmentReason",
    "Writer",
    "Comment",
    "AutoNotice",
    "VioNotice",
    "UUID",
    "latitude",
    "longitude",
)


def _balance(record: Record) -> Cell:
    """What the agency is to collect (contract, section 1)."""
    fine = Decimal(record["AdjustedFine"]) or Decimal(record["Fine"])
    return fine + Decimal(record["Towing"]) + Decimal(record["taxAmount"])


def _at(*path: str) -> Callable[[Record], Cell]:
    def read(record: Record) -> Cell:
        found: Any = record
        for key in path:
            found = None if found is None else found.get(key)
        return found  # type: ignore[no-any-return]  # a leaf of the record

    return read


def _joined(key: str, *path: str) -> Callable[[Record], Cell]:
    read = _at(*path)
    return lambda record: _BETWEEN.join(str(read(one) or "") for one in record[key])


def _drivers(record: Record) -> list[Record]:
    return (record["vehicle"] or {}).get("drivers", [])  # type: ignore[no-any-return]


def _driver(key: str) -> Callable[[Record], Cell]:
    return lambda record: next((one.get(key) for one in _drivers(record)), None)


COLUMNS: Mapping[str, Callable[[Record], Cell]] = {
    "Balance": _balance,
    **{key: _at(key) for key in _TICKET},
    "Category": _at("category", "TicketTypeName"),
    "Location": _at("location", "LocationName"),
    "Offences": _joined("details", "type", "ViolationDescr"),
    "OffenceFines": _joined("details", "offenceFine"),
    "Plate": _at("vehicle", "Plate"),
    "PlateProvince": _at("vehicle", "province", "ProvCode"),
    "PlateType": _at("vehicle", "plate_type", "TypeName"),
    "VIN": _at("vehicle", "vin"),
    "Make": _at("vehicle", "make", "MakeName"),
    "Colour": _at("vehicle", "colour", "ColourName"),
    "VehicleType": _at("vehicle", "vehicle_type", "TypeName"),
    "Year": _at("vehicle", "Year"),
    **{f"Person{name}": _at("user", key) for name, key in _PERSON.items()},
    "Drivers": lambda record: len(_drivers(record)),
    **{f"Driver{name}": _driver(key) for name, key in _PERSON.items()},
    "Attachments": _joined("attachments", "uniqueid"),
}
# Amounts, as numbers with two decimals.
MONEY = frozenset({"Balance", "Fine", "AdjustedFine", "Towing", "taxAmount"})


def flatten(record: Record) -> list[Cell]:
    """The cells of a record, in the order of COLUMNS."""
    return [_amount(name, read(record)) for name, read in COLUMNS.items()]


def _amount(name: str, cell: Cell) -> Cell:
    # taxAmount alone is a string with four decimals on the wire; here every amount is one.
    return Decimal(cell or 0).quantize(Decimal("0.01")) if name in MONEY else cell
