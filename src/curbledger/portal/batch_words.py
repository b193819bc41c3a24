"""What the codes of batches and placements are called on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

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
