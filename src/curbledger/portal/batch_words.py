"""What the codes of batches and placements are called on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from curbledger.placements.kept_words import in_words
from curbledger.portal.words import REASON_NAMES, STATE_NAMES

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Lazy

BATCH_STATES: dict[str, Lazy] = {
    "delivering": _("On its way"),
    "delivered": _("Arrived"),
    "undelivered": _("Waits for the agency's call"),
    "awaiting": _("File to confirm"),
}
BATCH_TONES = {"delivering": "info", "delivered": "good", "undelivered": "warn", "awaiting": "warn"}
PLACEMENT_STATES: dict[str, Lazy] = {
    "open": _("With the agency"),
    "withdrawn": _("Left the batch"),
    "superseded": _("In the next revision"),
    "paid": _("Paid"),
    "recalled": _("Recalled"),
    "returned": _("Returned"),
    "closed": _("Closed"),
}
PLACEMENT_TONES = {"open": "info", "paid": "good", "recalled": "warn", "withdrawn": "warn"}
WAY_NAMES: dict[str, Lazy] = {
    "call": _("Leave it for the agency's next call"),
    "file": _("As a file, which you bring to the agency yourself"),
}
# Why something left a batch (placements/claim.sql) that cannot be why a debt stays.
_REASONS: dict[str, Lazy] = {
    **REASON_NAMES,
    **{code: STATE_NAMES[code] for code in ("spoiled", "warning", "cancelled")},
    "another_agency": _("Kept for another agency"),
}
_ENDS: dict[str, Lazy] = {
    "delivered": _("Arrived: %(why)s"),
    "undelivered": _("Did not arrive: %(why)s"),
}


def outcome_words(kept: str) -> str:
    """How a delivery ended, from `state: because` as the database keeps it."""
    state, _colon, because = kept.partition(": ")
    return str(_ENDS[state]) % {"why": in_words(because)} if state in _ENDS else kept


def ended_words(kept: str) -> str:
    """Why a placement ended: the rule's reasons, a sentence of ours, or what somebody typed."""
    codes = kept.split(", ")
    if all(code in _REASONS for code in codes):
        return ", ".join(str(_REASONS[code]) for code in codes)
    return in_words(kept)
