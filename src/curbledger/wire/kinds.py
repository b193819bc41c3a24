"""The kinds of value a field can have: how each is read, and what it is in an OpenAPI schema."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from curbledger.kit import money
from curbledger.kit.plates import plate_key
from curbledger.registry.pick import Listed
from curbledger.wire.body import Number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T_co = TypeVar("T_co", covariant=True)

_LEAST_AMOUNT = Decimal("0.01")
_MOST_AMOUNT = Decimal("999999.99")
# PostgreSQL's bigint, which holds every id.
_MOST_ID = 2**63 - 1
# Earlier ones are slips of the hand, and the first years of all overflow when they change time zone.
_EARLIEST_YEAR = 1900
# The last day of all overflows too, in one time zone or another.
_LATEST_DAY = date(9999, 12, 30)
# Those that the contract lists (section 2).
_CURRENCIES = ("CAD", "USD")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
# Hours end at 23: some Pythons read 24:00:00 as the next day, others do not read it.
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\Z")
_ID = re.compile(r"[0-9]{1,19}\Z")
_LIKE_A_NUMBER = re.compile(r"\s*[+-]?[0-9]+(\.[0-9]*)?\s*\Z")
_YEAR = re.compile(r"[0-9]{4}\Z")
_STATE = re.compile(r"[A-Za-z]{2}\Z")
# One sign @, letters of any script, dots only between them. A host without a dot is taken, for the original's own
# sample has one.
_EMAIL = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*"
    r"@[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*\Z"
)
# What the column for plates takes, which are compared without spaces and dashes.
_LONGEST_PLATE = 50


@dataclass(frozen=True, slots=True, eq=False)
class Kind(Generic[T_co]):
    """One kind of value. `read` raises ValueError for what is none."""

    read: Callable[[str | Number], T_co]
    schema: Mapping[str, Any]


class TooShort(ValueError):
    """A value has fewer characters than it must have."""


class TooLong(ValueError):
    """A value has more characters than can be kept."""


def as_written(given: str | Number) -> str:
    """The characters the caller wrote, with or without quotes around them."""
    return given.text if isinstance(given, Number) else given


def _amount(given: str | Number) -> Decimal:
    # A JSON number counts by its value, since printers of numbers differ (100.0, 1E+2); a string must be plain.
    value = given.value if isinstance(given, Number) else money.parse(given)
    if not _LEAST_AMOUNT <= value <= _MOST_AMOUNT:
        raise ValueError(f"{value} is out of range")
    cents = value.quantize(money.CENT)
    if cents != value:
        raise ValueError(f"{value} has a fraction of a cent")
    return cents


def _moment(given: str | Number) -> datetime:
    text = as_written(given)
    if not _MOMENT.match(text):
        raise ValueError(f"{text!r} is not YYYY-MM-DDTHH:MM:SS")
    moment = datetime.fromisoformat(text)
    if moment.year < _EARLIEST_YEAR:
        raise ValueError(f"{text!r} is too early")
    if moment.date() > _LATEST_DAY:
        raise ValueError(f"{text!r} is too late")
    return moment


def _day(given: str | Number) -> date:
    text = as_written(given)
    if not _DAY.match(text):
        raise ValueError(f"{text!r} is not YYYY-MM-DD")
    day = date.fromisoformat(text)
    if day.year < _EARLIEST_YEAR:
        raise ValueError(f"{text!r} is too early")
    return day


def _id(given: str | Number) -> int:
    text = as_written(given)
    if not _ID.match(text) or not 1 <= int(text) <= _MOST_ID:
        raise ValueError(f"{text!r} is no id")
    return int(text)


def _pick(given: str | Number) -> int | str:
    # A number in a name's place is an id (contract, section 9).
    if isinstance(given, Number) or _LIKE_A_NUMBER.match(given):
        return _id(given)
    name = " ".join(given.split())
    if not name:
        raise ValueError("a name is blank")
    return name


def _listed(given: str | Number) -> int | str:
    found = _pick(given)
    return Listed(found) if isinstance(found, str) else found


def _year(given: str | Number) -> int:
    text = as_written(given)
    if not _YEAR.match(text):
        raise ValueError(f"{text!r} is not a year of four digits")
    return int(text)


def _state(given: str | Number) -> str:
    text = as_written(given)
    if not _STATE.match(text):
        raise ValueError(f"{text!r} is not two letters")
    return text.upper()


def _email(given: str | Number) -> str:
    text = as_written(given)
    if not _EMAIL.match(text):
        raise ValueError(f"{text!r} is no e-mail address")
    return text


def _plate(given: str | Number) -> str:
    text = as_written(given)
    key = plate_key(text)
    if not key:
        raise TooShort(f"{text!r} has no letter or digit")
    # Compared, some signs are several letters.
    if len(key) > _LONGEST_PLATE:
        raise TooLong(f"{text!r} is too long a plate")
    return text


def _currency(given: str | Number) -> str:
    text = as_written(given).upper()
    if text not in _CURRENCIES:
        raise ValueError(f"{text!r} is none of {', '.join(_CURRENCIES)}")
    return text


def text_of(least: int) -> Kind[str]:
    """A text of at least so many characters, of which blanks at its ends are none."""

    def read(given: str | Number) -> str:
        text = as_written(given)
        if len(text.strip()) < least:
            raise TooShort(f"{text!r} has fewer than {least} characters")
        return text

    return Kind(read, {"type": "string", "minLength": least})


TEXT: Kind[str] = Kind(as_written, {"type": "string"})
AMOUNT: Kind[Decimal] = Kind(_amount, {"type": "string", "pattern": r"^[0-9]{1,6}(\.[0-9]{1,2})?$"})
CURRENCY: Kind[str] = Kind(_currency, {"type": "string", "enum": list(_CURRENCIES)})
# Without a zone: whether it is the client's or UTC depends on the name it came under.
LOCAL_DATETIME: Kind[datetime] = Kind(
    _moment, {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$"}
)
DATE: Kind[date] = Kind(_day, {"type": "string", "format": "date"})
ID: Kind[int] = Kind(_id, {"type": "string", "pattern": "^[0-9]+$"})
# An id, or a name from a list.
PICK: Kind[int | str] = Kind(_pick, {"type": "string"})
# The same, where a name that the list does not hold is not added to it.
LISTED: Kind[int | str] = Kind(_listed, {"type": "string"})
YEAR: Kind[int] = Kind(_year, {"type": "string", "pattern": "^[0-9]{4}$"})
# The postal abbreviation of a province or state.
STATE: Kind[str] = Kind(_state, {"type": "string", "pattern": "^[A-Za-z]{2}$"})
EMAIL: Kind[str] = Kind(_email, {"type": "string", "format": "email"})
PLATE: Kind[str] = Kind(_plate, {"type": "string", "minLength": 1})
