"""What is left on a ticket once somebody was told: the notice, from which the rule for what is overdue reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curbledger.notices.message import Message, MessageTicket, State
from curbledger.violations.notice import record_notice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from curbledger.clients.client import Client


def record_sent(client: Client, messages: Sequence[Message], *, at: datetime) -> int:
    """Record a notice on every ticket of messages that went out, once. In the client's scope, the messages locked.

    Returns how many tickets there were. The tickets are locked in id order. A ticket that was paid meanwhile gets its
    notice too: it is what happened.
    """
    by_id = {message.pk: message for message in messages}
    items = list(MessageTicket.objects.filter(message__in=by_id).select_related("violation").order_by("violation_id"))
    for item in items:
        message = by_id[item.message_id]
        notice = record_notice(
            client,
            item.violation.ticket,
            kind=message.kind or 0,
            sent_at=at,
            address=message.address,
            stage=message.stage,
        )
        item.notice_id = notice.pk
    MessageTicket.objects.bulk_update(items, ["notice_id"], batch_size=500)
    Message.objects.filter(pk__in=by_id).update(state=State.SENT, ended_at=at, next_try_at=None, fault="")
    return len(items)
