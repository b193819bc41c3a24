"""A ticket's money as a sum: each part with its sign, in the order in which it came to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from curbledger.violations.violation import Violation


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the sum. `kind` is its name in the domain; what is taken off is negative."""

    kind: str
    amount: Decimal


def parts_of(violation: Violation, *, open_discount: Decimal) -> list[Part]:
    """The lines that add up to what is owed now. `open_discount` is what is off while it is paid early enough."""
    parts = [Part("fine", violation.fine)]
    if violation.adjusted_fine is not None:
        parts.append(Part("adjustment", violation.adjusted_fine - violation.fine))
    parts += [
        Part("towing", violation.towing),
        Part("tax", violation.tax),
        Part("fees", violation.fees_total),
        Part("discount", -violation.discounts_total),
        Part("open_discount", -open_discount),
        Part("paid", -violation.paid_total),
    ]
    return [part for part in parts if part.amount or part.kind == "fine"]
