"""Record that a person was told: the evidence that a law may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from curbledger.errors import Invalid
from curbledger.violations.lock import lock_violation
from curbledger.violations.standing import Notice

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client


def record_notice(
    client: Client, ticket: str, *, kind: int, sent_at: datetime, address: str = "", stage: int | None = None
) -> Notice:
    """A mail (1) or a letter (2) went out, as notice `stage` of the schedule. In the client's scope.

    Raises NotFound, or Invalid for another kind.
    """
    if kind not in {Notice.MAIL, Notice.LETTER}:
        raise Invalid(gettext("A notice is a mail (1) or a letter (2), not {kind}.").format(kind=kind), field="kind")
    violation = lock_violation(client, ticket)
    notice = Notice.objects.create(
        client_id=client.pk, violation_id=violation.pk, kind=kind, sent_at=sent_at, address=address, stage=stage
    )
    violation.auto_notice = kind
    violation.save(update_fields=["auto_notice"])
    return notice
