"""Values as files spell them, dirt included: amounts, days, times."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from django.utils.translation import gettext_noop as _

from curbledger.importing.fault import BadRow
from curbledger.importing.said import Said
from curbledger.kit import money

_AMOUNT = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[-+\u2212]?)\s*(?:[$€£]|[A-Za-z]{3}\b)?\s*(?P<inner>-?)\s*"
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+|(?=\.\d))(?:\.(?P<cents>\d{0,2})0*)?\s*(?P<after>-?)\s*(?P<close>\))?",
    re.ASCII,
)
# 13:05, 13:05:10, 1:05 PM, 0105P, 1305, and what is left of 00:01 once a spreadsheet took it for a number: 1.
_CLOCK = re.compile(
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>[0-5]?\d)(?:\.\d*)?)?|(?P<digits>\d{1,4}))"
    r"\s*(?:(?P<half>[AP])\.?M?\.?)?",
    re.ASCII | re.IGNORECASE,
)
_NOON = 12
_HOUR = 60
_DAY = timedelta(days=1)
ISO_DAY = ("%Y-%m-%d",)


def fold(text: str) -> str:
    """What the spellings of one word have in common: no case, one space between words, none around."""
    return " ".join(text.split()).casefold()


@lru_cache(maxsize=65536)
def read_amount(text: str, decimal: str = ".") -> Decimal:
    """An amount such as `52`, `$52.00`, `22,304.00` or `(5.00)`; with decimal `,` also `22.304,00`. Raises BadRow."""
    plain = text.translate({44: ".", 46: ",", 32: None, 160: None, 8239: None}) if decimal == "," else text
    found = _AMOUNT.fullmatch(plain)
    if found is None or bool(found["open"]) != bool(found["close"]):
        raise BadRow(_("{text} is not an amount such as 52.00"), text=repr(text))
    minus = [found["open"], found["sign"] in {"-", "\u2212"}, found["inner"], found["after"]]
    if sum(map(bool, minus)) > 1:
        raise BadRow(_("{text} is not an amount such as 52.00"), text=repr(text))
    # Compared before it is rounded: more digits than a context holds cannot be.
    amount = Decimal(f"{found['whole'].replace(',', '') or '0'}.{found['cents'] or '00'}")
    if amount > money.LARGEST:
        raise BadRow(_("{text} is more than {most}"), text=repr(text), most=money.LARGEST)
    amount = amount.quantize(money.CENT)
    return -amount if any(minus) and amount else amount


@lru_cache(maxsize=65536)
def read_day(text: str, formats: tuple[str, ...] = ISO_DAY) -> datetime:
    """A day by the first format that fits, with its time where the format has one. Raises BadRow."""
    for form in formats:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the client's zone is added with the time of day.
        except ValueError:
            continue
    raise BadRow(_("{text} is no day as {format} writes it"), text=repr(text), format=_any_of(formats))


@lru_cache(maxsize=65536)
def read_time(text: str, half: str = "") -> timedelta:
    """How long after midnight. Without am or pm the hours are those of 24. Raises BadRow.

    `1` is 00:01, as it comes out of a spreadsheet; minute 60 is the next full hour.
    """
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise BadRow(_("{text} is not a time of day such as 13:05"), text=repr(text))
    if found["digits"]:
        hour, minute = divmod(int(found["digits"]), 100)
    else:
        hour, minute = int(found["hour"]), int(found["minute"])
    half = (found["half"] or half.strip()[:1]).upper()
    if half not in {"", "A", "P"}:
        raise BadRow(_("{text} is neither am nor pm"), text=repr(half))
    # 13:05 PM says the same thing twice.
    if half == "P" and hour < _NOON:
        hour += _NOON
    elif half == "A" and hour == _NOON:
        hour = 0
    after = timedelta(hours=hour, minutes=minute, seconds=int(found["second"] or 0))
    if minute > _HOUR or after > _DAY:
        raise BadRow(_("{text} is not a time of day"), text=repr(text))
    return after


def _any_of(formats: tuple[str, ...]) -> Said:
    said = Said("{one}", {"one": formats[0]})
    for other in formats[1:]:
        said = Said(_("{one} or {other}"), {"one": said, "other": other})
    return said


def as_date(moment: datetime) -> date:
    """The day alone."""
    return moment.date()
