"""What staff do with a message that did not get through: say that it came back, try again, take the other way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from curbledger.errors import Conflict, Invalid, NotFound
from curbledger.notices.message import MOST_TRIES, Message, MessageTicket, State
from curbledger.violations.lock import lock_violation
from curbledger.violations.standing import Notice

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client

_RETRIED = (State.FAILED, State.RETURNED)


def mark_returned(client: Client, message_id: int, *, reason: str, at: datetime) -> int:
    """A mail bounced, or a letter came back: its tickets' notices told nobody. In the client's scope.

    Returns how many tickets there were. Raises NotFound; Invalid without a reason; Conflict for one that was not sent.
    """
    if not reason.strip():
        raise Invalid(gettext("Say why it came back, such as: moved."), field="reason")
    message = _locked(message_id)
    if message.state != State.SENT:
        raise Conflict(gettext("Only a notice that was sent comes back. Look at how it stands now."))
    items = MessageTicket.objects.filter(message_id=message.pk).select_related("violation").order_by("violation_id")
    for item in items:
        lock_violation(client, item.violation.ticket)
    notices = [item.notice_id for item in items if item.notice_id is not None]
    Notice.objects.filter(pk__in=notices, returned_at__isnull=True).update(returned_at=at)
    message.state, message.fault = State.RETURNED, reason.strip()
    message.save(update_fields=["state", "fault"])
    return len(notices)


def send_again(message_id: int, *, kind: int, at: datetime) -> Message:
    """Put a message that failed or came back in the queue again, as a mail (1) or a letter (2). In the client's scope.

    It goes to the address that the person has then, and says what is owed then. Raises NotFound; Invalid for another
    kind; Conflict for one that neither failed nor came back.
    """
    if kind not in {Notice.MAIL, Notice.LETTER}:
        raise Invalid(gettext("A notice is a mail (1) or a letter (2), not {kind}.").format(kind=kind), field="kind")
    message = _locked(message_id)
    if message.state not in _RETRIED:
        raise Conflict(gettext("Only a notice that failed or came back is sent again. Look at how it stands now."))
    message.state, message.kind, message.run_id = State.QUEUED, kind, None
    message.tries_left, message.next_try_at, message.ended_at, message.fault = MOST_TRIES, at, None, ""
    message.save(update_fields=["state", "kind", "run", "tries_left", "next_try_at", "ended_at", "fault"])
    return message


def _locked(message_id: int) -> Message:
    message = Message.objects.select_for_update(no_key=True).filter(pk=message_id).first()
    if message is None:
        raise NotFound(gettext("There is no notice {number}.").format(number=message_id))
    return message
