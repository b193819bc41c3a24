"""Hand queued mails to the mail server, and write down what became of each.

A mail goes through three steps, each committed before the next: it is *taken* (state `sending`), handed over, and
*recorded*. A worker that dies between the second and the third leaves it `sending`; after a while it is taken again and
goes out a second time, under the same Message-ID. So a person may get a notice twice, and nobody counts as told who
was not: what is not recorded as sent opens neither late fees nor collections.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import timedelta
from email.utils import formataddr, parseaddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q

from curbledger.notices.evidence import record_sent
from curbledger.notices.letterhead import letterhead_of
from curbledger.notices.message import MOST_TRIES, Message, State
from curbledger.notices.write import write_messages
from curbledger.violations.standing import Notice

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.mail.backends.base import BaseEmailBackend
    from django.db.models import QuerySet

    from curbledger.clients.client import Client

# A worker that has not said what became of a mail for so long is dead: the mail server itself is waited for a minute.
ABANDONED_AFTER = timedelta(minutes=15)
_FIRST_WAIT = timedelta(minutes=5)
_PERMANENT = 500


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that was taken to be sent. `attempt` says by whom, should somebody else take it later."""

    message_id: int
    attempt: int
    mail: EmailMessage
    address: str


def mails_wait(*, at: datetime) -> bool:
    """Whether there is a mail to be sent. In a client's scope."""
    return _ready(at).exists()


def _ready(at: datetime) -> QuerySet[Message]:
    """Queued ones whose time has come, and those that a worker died over."""
    when = Q(state=State.QUEUED, next_try_at__lte=at) | Q(state=State.SENDING, began_at__lte=at - ABANDONED_AFTER)
    return Message.objects.filter(when, kind=Notice.MAIL)


def take_mail(client: Client, *, at: datetime) -> Taken | None:
    """Write the next mail that is due, and mark it as being sent. In the client's scope, which commits it.

    None: there is none. A mail that another worker takes at the same moment is passed over.
    """
    while True:
        message = _ready(at).select_for_update(skip_locked=True, no_key=True).order_by("id").first()
        if message is None:
            return None
        if not write_messages(client, [message], at=at):
            continue
        message.state, message.began_at = State.SENDING, at
        message.attempts += 1
        message.tries_left = max(message.tries_left - 1, 0)
        message.save(update_fields=["state", "began_at", "attempts", "tries_left", "address", "subject", "body"])
        return Taken(message.pk, message.attempts, _mail(client, message), message.address)


def hand_over(taken: Taken, connection: BaseEmailBackend) -> None:
    """Give a mail to the mail server. Outside any scope. Raises what the server or the network raises."""
    connection.send_messages([taken.mail])


def settle_mail(client: Client, taken: Taken, *, at: datetime, error: Exception | None) -> State | None:
    """Write down what became of a mail: evidence on its tickets, another try later, or failed. In the client's scope.

    Returns its state; None where another worker took it over meanwhile, whose word counts.
    """
    message = (
        Message.objects.select_for_update(no_key=True)
        .filter(pk=taken.message_id, state=State.SENDING, attempts=taken.attempt)
        .first()
    )
    if message is None:
        return None
    if error is None:
        record_sent(client, [message], at=at)
        return State.SENT
    message.fault = fault_of(error)
    if is_permanent(error) or message.tries_left == 0:
        message.state, message.ended_at, message.next_try_at = State.FAILED, at, None
    else:
        message.state = State.QUEUED
        message.next_try_at = retry_at(message.tries_left, at=at)
    message.save(update_fields=["state", "fault", "ended_at", "next_try_at"])
    return State(message.state)


def retry_at(tries_left: int, *, at: datetime) -> datetime:
    """When a mail that was put off is tried again: each time after twice as long."""
    return at + _FIRST_WAIT * int(2 ** (MOST_TRIES - 1 - tries_left))


def is_permanent(error: Exception) -> bool:
    """Whether the mail server said no to this mail for good."""
    return not is_outage(error) and all(code >= _PERMANENT for code in _codes(error))


def is_outage(error: Exception) -> bool:
    """Whether the fault is the server's or the network's, and the next mail would meet it too."""
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError | smtplib.SMTPSenderRefused):
        return False
    return isinstance(error, OSError | smtplib.SMTPException)


def fault_of(error: Exception) -> str:
    """What the server said, in one line for people."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {_text(said)}" for code, said in error.recipients.values())[:500]
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"[:500]
    return (str(error) or type(error).__name__).split("\n")[0][:500]


def _codes(error: Exception) -> list[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    if isinstance(error, smtplib.SMTPResponseException):
        return [error.smtp_code]
    # An address that cannot be written into a mail, for one.
    return [_PERMANENT]


def _text(said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return " ".join(text.split())


def _mail(client: Client, message: Message) -> EmailMessage:
    head = letterhead_of(client)
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    domain = address.rpartition("@")[2] or "localhost"
    return EmailMessage(
        subject=message.subject,
        body=message.body,
        from_email=formataddr((name or client.name, address)),
        to=[message.address],
        reply_to=[head.email] if head.email else None,
        headers={
            "Message-ID": f"<{message.uuid}@{domain}>",
            # Nobody's absence assistant answers, and bounces come to the sender.
            "Auto-Submitted": "auto-generated",
        },
    )
