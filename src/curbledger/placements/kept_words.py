"""Words that are kept with batches and placements as evidence: in English, as the API and the commands show them.

Each is written from the text that stands here, so that a page can find the text and its values again, and say it in
the language of whoever reads. What is kept and comes from nowhere here, such as a reason that somebody typed, is left
as it is.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import cache

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from curbledger.kit import money

# How a delivery ended.
LEFT_FOR_CALL = _("left for the agency's next call")
FILE_ARRIVED = _("the file arrived")
FILE_LOST = _("the file did not arrive")
PROCESS_ENDED = _("the server process ended")
DROPPED = _("the answer was dropped")
NOT_BEGUN = _("the answer could not be begun")
BROKE_OFF = _("the answer broke off ({fault})")
END_UNKNOWN = _("its end could not be learned ({fault})")
CONNECTION_BROKE = _("the connection broke ({fault})")
RESET = _("the connection was reset")
CLOSED_IN_ORDER = _("the agency closed the connection in order")
CLOSED_EARLY = _("the agency closed before all of it was acknowledged")
NOT_CLOSED = _("all of it was acknowledged, and not closed for {seconds} s")
NOT_ACKNOWLEDGED = _("not all of it was acknowledged within {seconds} s")
MOVED_IN = _("before the office moved in")
# How a placement ended.
SUPERSEDED = _("Went out again in the next revision.")
PAID_BEFORE = _("Paid before the office moved in.")
CLOSED_BEFORE = {
    "cancelled": _("The ticket was cancelled before the office moved in."),
    "spoiled": _("The ticket was spoiled before the office moved in."),
    "warning": _("The ticket was a warning before the office moved in."),
}
# Why a record is set aside.
UNPRINTABLE = _("Its record could not be printed: {fault}")
# What a guard found.
NO_PAYMENT_EVER = _("No payment was ever recorded; the guard allows {hours} h.")
STALE_PAYMENTS = _("The last payment was recorded on {moment}; the guard allows {hours} h.")
UNUSUAL = _("{count} tickets, {total}, are far from the usual {usual_count}, {usual_total}.")

TEXTS = (
    *(LEFT_FOR_CALL, FILE_ARRIVED, FILE_LOST, PROCESS_ENDED, DROPPED, NOT_BEGUN, BROKE_OFF, END_UNKNOWN),
    *(CONNECTION_BROKE, RESET, CLOSED_IN_ORDER, CLOSED_EARLY, NOT_CLOSED, NOT_ACKNOWLEDGED, MOVED_IN),
    *(SUPERSEDED, PAID_BEFORE, *CLOSED_BEFORE.values(), UNPRINTABLE, NO_PAYMENT_EVER, STALE_PAYMENTS, UNUSUAL),
)
_AMOUNT = re.compile(r"[0-9,]+\.[0-9]{2}")


def in_words(kept: str) -> str:
    """What was kept, in the language that is active."""
    for text in TEXTS:
        if (found := _pattern(text).fullmatch(kept)) is not None:
            return gettext(text).format(**{name: _shown(value) for name, value in found.groupdict().items()})
    return kept


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Fits what was made of the text by giving values to its braces."""
    parts = re.split(r"\{(\w+)\}", text)
    return re.compile(
        "".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)), re.DOTALL
    )


def _shown(value: str) -> str:
    if not _AMOUNT.fullmatch(value):
        return value
    try:
        return money.show(Decimal(value.replace(",", "")))
    except InvalidOperation:
        return value
