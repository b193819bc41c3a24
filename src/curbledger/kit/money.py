"""Amounts of money: always Decimal, always to the cent."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _

from curbledger.errors import Invalid

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
# numeric(12,2) holds ten digits before the point.
LARGEST = Decimal("9999999999.99")
# Digits before the point, or noughts behind it, that somebody still reads.
_LEGIBLE = 20
_PLAIN = re.compile(r"-?\d{1,10}(\.\d{1,2})?\Z", re.ASCII)
_SPACE = re.compile(r"\s")


def parse(text: str) -> Decimal:
    """Read a plain amount such as `52`, `52.5` or `-0.01`.

    Raises ValueError for anything else: no signs of currency, no separators, no exponent, no fractions of a cent.
    """
    if not _PLAIN.match(text):
        raise ValueError(f"{text!r} is not an amount such as 52 or 52.00")
    return _cents(Decimal(text))


def typed(text: str) -> Decimal:
    """Read what a person typed: an amount as the language that is active writes it, grouped or not, or a plain one.

    Raises ValueError for anything else. A comma that could part cents as well as thousands is not guessed at.
    """
    group, point = formats.get_format("THOUSAND_SEPARATOR"), formats.get_format("DECIMAL_SEPARATOR")
    whole = r"\d+" if group.isspace() else rf"(?:\d+|\d{{1,3}}(?:{re.escape(group)}\d{{3}})+)"
    parts = rf"[.{re.escape(point)}]"
    bare = _SPACE.sub("", text)
    if not re.match(rf"-?(?:{whole}(?:{parts}\d*)?|{parts}\d+)\Z", bare, re.ASCII):
        raise ValueError(f"{text!r} is not an amount such as {show(Decimal('1234.50'))}")
    return Decimal((bare if group.isspace() else bare.replace(group, "")).replace(point, "."))


def check(amount: Decimal, what: str, *, field: str = "amount", zero: bool = False, most: Decimal = LARGEST) -> Decimal:
    """The amount to the cent, for a verb that is about to write it. `zero` says whether it may be nothing.

    Raises Invalid, for the field and beginning with `what`, for what is no number, less than that, more than `most`,
    or has a fraction of a cent.
    """
    if not amount.is_finite():
        raise Invalid(_("{what} is a number, and {amount} is not.").format(what=what, amount=amount), field=field)
    if amount < 0 or (amount == 0 and not zero):
        said = _("{what} is not less than nothing, and {amount} is.")
        if not zero:
            said = _("{what} is more than nothing, and {amount} is not.")
    elif amount > most:
        said = _("{what} is at most {most}, and {amount} is more.")
    elif _cents(amount) != amount:
        said = _("{what} has at most two decimals, and {amount} has more.")
    else:
        return _cents(amount)
    raise Invalid(said.format(what=what, amount=_plainly(amount), most=show(most)), field=field)


def _plainly(amount: Decimal) -> str:
    """As a person writes it, unless that is endless."""
    return f"{amount:f}" if abs(amount.adjusted()) <= _LEGIBLE else str(amount)


def show(amount: Decimal, currency: str | None = None) -> str:
    """`1,234.50` or `1,234.50 CAD`, for people, as the language that is active writes numbers."""
    text = formats.number_format(_cents(amount), 2, use_l10n=True, force_grouping=True)
    return f"{text} {currency}" if currency else text


def _cents(amount: Decimal) -> Decimal:
    # The sum has no minus before a zero; a quantized -0.00 keeps it.
    return amount.quantize(CENT) + ZERO
