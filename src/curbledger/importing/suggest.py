"""Guesses what the columns of a file mean: by what they are called, and by what stands in them.

A guess is where somebody begins to map, never what is imported: they see it, and the check says what it does.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple

from curbledger.importing.fault import BadRow
from curbledger.importing.reading import ISO_DAY, read_amount, read_day
from curbledger.importing.schema import FIELDS, Kind, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from curbledger.importing.upload import Look

# Without accents, case and signs. The field's own name is always one.
_CALLED: dict[str, tuple[str, ...]] = {
    "ticket": ("ticketnumber", "ticketno", "citation", "citationnumber", "number", "noticenumber", "constat", "numero"),
    "issued": (
        "issuedate",
        "issuedon",
        "dateissued",
        "violationdate",
        "ticketdate",
        "issuedatetime",
        "date",
        "emission",
    ),
    "issued_time": ("issuetime", "violationtime", "time", "heure"),
    "due": ("duedate", "dueon", "datedue", "payby", "echeance"),
    "fine": ("amount", "fineamount", "originalamount", "penalty", "price", "montant", "amende", "amountdue"),
    "adjusted_fine": ("adjustedamount", "reducedfine"),
    "towing": ("tow", "towingfee", "remorquage"),
    "tax": ("taxes", "hst", "gst", "taxe"),
    "fees": ("latefee", "latefees", "penalties", "frais"),
    "discount": ("reduction", "reductions", "rabais"),
    "paid": ("paidamount", "amountpaid", "payments", "paymenttotal", "paye"),
    "paid_on": ("paiddate", "datepaid", "paymentdate", "paidat", "date", "datepaiement"),
    "paid_time": ("paymenttime", "time", "heure"),
    "status": ("state", "ticketstatus", "statut"),
    "sent_on": ("sentdate", "collectionsdate", "placedon"),
    "noticed_on": ("noticedate", "lettersent"),
    "plate": ("licenseplate", "licenceplate", "platenumber", "plateno", "plaque", "tag", "carid"),
    "province": ("state", "platestate", "registrationstate", "prov", "stateprovince"),
    "plate_province": ("platestate", "platestateprovince", "registrationstate"),
    "plate_type": ("platetypecode",),
    "make": ("vehiclemake", "carmake", "marque"),
    "colour": ("color", "vehiclecolor", "vehiclecolour", "couleur"),
    "vehicle_type": ("bodystyle", "bodytype", "body"),
    "vehicle_year": ("modelyear",),
    "offence": ("violation", "violationdescription", "offense", "description", "infraction", "violationtype"),
    "location": ("place", "street", "address", "lieu", "violationlocation"),
    "category": ("categorie",),
    "person": ("personid", "customerid", "ownerid"),
    "comment": ("comments", "remarks", "commentaire"),
    "latitude": ("lat",),
    "longitude": ("lon", "lng", "long"),
    "unique_id": ("id", "personid", "customerid", "uniqueid", "identifiant"),
    "first_name": ("first", "givenname", "prenom", "firstname"),
    "last_name": ("last", "surname", "familyname", "nom", "lastname"),
    "email": ("mail", "emailaddress", "courriel"),
    "street": ("address", "address1", "streetaddress", "adresse", "rue"),
    "city": ("town", "municipality", "ville"),
    "postal": ("postalcode", "zip", "zipcode", "codepostal"),
    "phone_cell": ("phone", "mobile", "cell", "telephone"),
    "date_of_birth": ("born", "dob", "birthdate", "birthday"),
    "user_type": ("kind", "type"),
    "amount": ("paid", "payment", "montant", "amountpaid"),
    "reference": ("receipt", "receiptnumber", "transaction", "transactionid", "confirmation", "recu"),
    "method": ("how", "paymentmethod", "paymenttype", "tender", "mode"),
}
_FORMATS = (
    *("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y", "%Y%m%d", "%d.%m.%Y", "%m/%d/%y"),
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p"),
    *("%m/%d/%Y %I:%M %p", "%d/%m/%Y %H:%M", "%b %d, %Y", "%d %b %Y"),
)
# Where a file has no number, and no day on which a ticket is due.
_PREFIX, _DUE_DAYS = "OLD-", 30
_MADE = {Kind.VIOLATIONS: "ticket", Kind.PEOPLE: "unique_id", Kind.PAYMENTS: "reference"}


# Of a province or a state.
_LONGEST_CODE = 3


class Orders(NamedTuple):
    """A value of a column, and the day that it would be by each of two formats."""

    value: str
    days: dict[str, date]


def suggest(kind: Kind, look: Look) -> dict[str, Any]:
    """A mapping as its TOML would say it, as far as it can be guessed."""
    columns = {name: [row[place].strip() for row in look.rows] for place, name in enumerate(look.header)}
    fields: dict[str, Any] = {}
    taken: set[str] = set()
    _by_parts(kind, columns, fields, taken)
    for name, field in FIELDS[kind].items():
        if name not in fields and (column := _column_for(name, field.shape, columns, taken)) is not None:
            fields[name] = _source(field.shape, column, columns[column])
            taken.add(column)
    _make_up(kind, look.header, fields)
    file = {} if look.rules.delimiter == "," else {"delimiter": look.rules.delimiter}
    return {"kind": kind.value, **({"file": file} if file else {}), "fields": fields}


def _column_for(name: str, shape: Shape, columns: dict[str, list[str]], taken: set[str]) -> str | None:
    wanted = (_plain(name), *_CALLED.get(name, ()))
    for called in wanted:
        for column, values in columns.items():
            if _plain(column) == called and column not in taken and _fits(shape, values):
                if name == "status" and _abbreviates(values):
                    continue
                return column
    return None


def _abbreviates(values: Iterable[str]) -> bool:
    """Whether a column says where plates are from, `ON` or `99`: a state of the union, and none of a ticket."""
    filled = [value for value in values if value]
    return bool(filled) and max(map(len, filled)) <= _LONGEST_CODE


def _by_parts(kind: Kind, columns: dict[str, list[str]], fields: dict[str, Any], taken: set[str]) -> None:
    """A day in three columns."""
    found = {_plain(column): column for column in columns}
    parts = [found[part] for part in ("year", "month", "day") if part in found]
    day = {Kind.VIOLATIONS: "issued", Kind.PAYMENTS: "paid_on"}.get(kind)
    if day is not None and len(parts) == len(("year", "month", "day")):
        fields[day] = {"columns": parts, "join": "-", "format": "%Y-%m-%d"}
        taken.update(parts)


def _make_up(kind: Kind, header: Sequence[str], fields: dict[str, Any]) -> None:
    """What has to be there, and can be made."""
    if _MADE[kind] not in fields:
        fields[_MADE[kind]] = {"made_from": list(dict.fromkeys(header)), "prefix": _PREFIX}
    if kind is Kind.VIOLATIONS and "due" not in fields:
        fields["due"] = {"days_after_issue": _DUE_DAYS}


def _source(shape: Shape, column: str, values: Iterable[str]) -> Any:  # noqa: ANN401  # as TOML has it
    filled = [value for value in values if value]
    # Which of two orders it is, nobody can see: whoever maps the file is asked, and until then no day fits.
    if shape is Shape.DAY and two_orders(filled) is not None:
        return column
    if shape is Shape.DAY and (form := _format_of(filled)) not in {None, *ISO_DAY}:
        return {"column": column, "format": form}
    if shape is Shape.AMOUNT and _decimal_of(filled) == ",":
        return {"column": column, "decimal": ","}
    return column


def _fits(shape: Shape, values: Iterable[str]) -> bool:
    """Whether a column may be of that shape, by what stands in it. A column of blanks may be anything."""
    filled = [value for value in values if value]
    if not filled:
        return True
    if shape is Shape.DAY:
        return _format_of(filled) is not None
    if shape is Shape.AMOUNT:
        return _decimal_of(filled) is not None
    return True


def _format_of(filled: Sequence[str]) -> str | None:
    """The format that most of them have; None where most are no days at all. Dirt is no reason to give up."""
    best = max(_FORMATS, key=lambda form: sum(_is_day(value, form) for value in filled))
    return best if 2 * sum(_is_day(value, best) for value in filled) >= len(filled) else None


def two_orders(filled: Sequence[str]) -> Orders | None:
    """The two formats between which nothing in the column decides; None where there are no two.

    As many of its values fit the one as the other, and some of them would be another day.
    """
    best = _format_of(filled)
    if best is None:
        return None
    days = [_day(value, best) for value in filled]
    fitting = sum(day is not None for day in days)
    for other in _FORMATS:
        others = [_day(value, other) for value in filled]
        if sum(day is not None for day in others) != fitting:
            continue
        for value, day, otherwise in zip(filled, days, others, strict=True):
            if day is not None and otherwise is not None and day != otherwise:
                return Orders(value, {best: day.date(), other: otherwise.date()})
    return None


def _is_day(value: str, form: str) -> bool:
    return _day(value, form) is not None


def _day(value: str, form: str) -> datetime | None:
    try:
        return read_day(value, (form,))
    except BadRow:
        return None


def _decimal_of(filled: Sequence[str]) -> str | None:
    """How amounts are written in most of them; None where most are none."""
    points = sum(_is_amount(value, ".") for value in filled)
    commas = sum(_is_amount(value, ",") for value in filled)
    if 2 * max(points, commas) < len(filled):
        return None
    # 1,234 is an amount either way. A comma before the last two digits tells.
    cents = sum(bool(re.search(r",\d{2}\D*$", value)) for value in filled)
    return "," if commas > points or 2 * cents > len(filled) else "."


def _is_amount(value: str, decimal: str) -> bool:
    try:
        read_amount(value, decimal)
    except BadRow:
        return False
    return True


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in folded if sign.isalnum() and sign.isascii())
