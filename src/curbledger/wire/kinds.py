"""The kinds of value a field can have: how each is read, and what it is in an OpenAPI schema."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from curbledger.kit import money
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
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
# Hours end at 23: some Pythons read 24:00:00 as the next day, others do not read it.
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\Z")
_ID = re.compile(r"[0-9]{1,19}\Z")


@dataclass(frozen=True, slots=True, eq=False)
class Kind(Generic[T_co]):
    """One kind of value. `read` raises ValueError for what is none."""

    read: Callable[[str | Number], T_co]
    schema: Mapping[str, Any]


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


TEXT: Kind[str] = Kind(as_written, {"type": "string"})
AMOUNT: Kind[Decimal] = Kind(_amount, {"type": "string", "pattern": r"^[0-9]{1,6}(\.[0-9]{1,2})?$"})
# Without a zone: whether it is the client's or UTC depends on the name it came under.
LOCAL_DATETIME: Kind[datetime] = Kind(
    _moment, {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$"}
)
DATE: Kind[date] = Kind(_day, {"type": "string", "format": "date"})
ID: Kind[int] = Kind(_id, {"type": "string", "pattern": "^[0-9]+$"})
