"""Say whose ticket it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from curbledger.errors import Conflict
from curbledger.registry.person import find_person
from curbledger.violations.act import check_reason, note_act
from curbledger.violations.lock import lock_violation

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client


def link_person(client: Client, ticket: str, *, person_id: int, reason: str, at: datetime, by: str) -> None:
    """Make the ticket that person's; whoever it named before is forgotten but in its history. In the client's scope.

    What holds that person back holds the ticket from then on. Raises NotFound, Invalid without a reason, and
    Conflict where it is theirs already or was handed over.
    """
    reason = check_reason(reason, _("Another person"))
    violation = lock_violation(client, ticket)
    person = find_person(client, person_id)
    if violation.person_id == person.pk:
        raise Conflict(_("Ticket {ticket} names this person already.").format(ticket=ticket))
    if violation.sent_at is not None:
        raise Conflict(_("Ticket {ticket} was handed over to an agency. Recall it first.").format(ticket=ticket))
    violation.person = person
    violation.save(update_fields=["person"])
    note_act(violation, "linked", at=at, by=by, reason=reason, about=person.pk)
