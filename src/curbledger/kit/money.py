"""Amounts of money: always Decimal, always to the cent."""

from __future__ import annotations

import re
from decimal import Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
# numeric(12,2) holds ten digits before the point.
LARGEST = Decimal("9999999999.99")
_PLAIN = re.compile(r"-?\d{1,10}(\.\d{1,2})?\Z", re.ASCII)


def parse(text: str) -> Decimal:
    """Read a plain amount such as `52`, `52.5` or `-0.01`.

    Raises ValueError for anything else: no signs of currency, no separators, no exponent, no fractions of a cent.
    """
    if not _PLAIN.match(text):
        raise ValueError(f"{text!r} is not an amount such as 52 or 52.00")
    return _cents(Decimal(text))


def show(amount: Decimal, currency: str | None = None) -> str:
    """`1,234.50` or `1,234.50 CAD`, for people."""
    text = f"{_cents(amount):,}"
    return f"{text} {currency}" if currency else text


def _cents(amount: Decimal) -> Decimal:
    # The sum has no minus before a zero; a quantized -0.00 keeps it.
    return amount.quantize(CENT) + ZERO
