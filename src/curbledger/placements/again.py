"""Deliver again: a batch that arrived, and whose receiver lost it.

It counts as undelivered again, so that the agency's next call brings the same batch as its next revision: without what
was paid, held or recalled meanwhile, which leaves the batch, and with what became overdue since. So nobody who paid is
billed, nothing goes out in two batches, and a receiver that had it after all replaces what it has.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from curbledger.errors import Conflict, Invalid, NotFound
from curbledger.placements.batch import Batch, BatchState, Placement, Revision
from curbledger.violations.act import check_reason

if TYPE_CHECKING:
    from datetime import datetime

# What the column keeps.
_LONGEST_REASON = 400


def deliver_again(batch: uuid.UUID, *, reason: str, at: datetime, by: str) -> None:
    """Let a batch that arrived go out again with the agency's next call. In the client's scope.

    Raises NotFound; Invalid without a reason; Conflict where it does not count as arrived, where another system sent
    it, or where the agency has none of it any more.
    """
    reason = check_reason(reason, _("Delivering again"))
    if len(reason) > _LONGEST_REASON:
        raise Invalid(_("A reason has at most %(most)s characters.") % {"most": _LONGEST_REASON}, field="reason")
    # Locked: a call that repeats it by its key, and the eraser of old bytes, wait for this or go before.
    found = Batch.objects.select_for_update(no_key=True).filter(uuid=batch).first()
    if found is None:
        raise NotFound(_("There is no such batch."))
    if found.state != BatchState.DELIVERED:
        raise Conflict(_("This batch does not count as arrived: the agency's next call brings it anyway."))
    newest = Revision.objects.get(batch_id=found.pk, number=found.revision)
    if not newest.tail:
        raise Conflict(_("Another system sent this batch: its records were never here."))
    if not Placement.objects.filter(revision_id=newest.pk, state="open").exists():
        raise Conflict(_("The agency has none of this batch any more."))
    # A new attempt: whoever delivered it before cannot write on.
    Batch.objects.filter(pk=found.pk).update(state=BatchState.UNDELIVERED, attempt=uuid.uuid4(), delivered_at=None)
    Revision.objects.filter(pk=newest.pk).update(reopened_at=at, reopened_by=by, reopened_reason=reason)
