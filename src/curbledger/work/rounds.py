"""What is done for one client when its turn comes. Each can be done at any time, by several at once, and again."""

from __future__ import annotations

import logging
import smtplib
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.core.mail import get_connection

from curbledger.database.scope import client_scope
from curbledger.importing.tidy import tidy_imports
from curbledger.importing.turns import bring_in, take_file
from curbledger.kit import clock
from curbledger.notices.mail import Taken, fault_of, hand_over, is_outage, mails_wait, settle_mail, take_mail
from curbledger.notices.plan import plan_notices
from curbledger.placements.retention import erase_old
from curbledger.reports.mailing import plan_reports, reports_wait, settle_report, take_report
from curbledger.reports.today import keep_figures
from curbledger.violations.late_fees import accrue_late_fees

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.mail.backends.base import BaseEmailBackend

    from curbledger.clients.client import Client

_log = logging.getLogger(__name__)
# In one turn; then others have theirs.
MOST_MAILS = 200
WORKER = "queue"


class Take(Protocol):
    """Write the next mail that is due, and mark it as taken."""

    def __call__(self, client: Client, /, *, at: datetime) -> Taken | None: ...


class Settle(Protocol):
    """Write down what became of it."""

    def __call__(self, client: Client, taken: Taken, /, *, at: datetime, error: Exception | None) -> object: ...


def accrue(client: Client) -> int:
    """Add the late fees that are due. Returns how many there were."""
    at, added, after = clock.now(), 0, 0
    while True:
        with client_scope(client.pk):
            accrued = accrue_late_fees(client, at=at, by=WORKER, after=after)
        added += accrued.fees
        if accrued.last is None:
            break
        after = accrued.last
    if added:
        _log.info("%s: %s late fees added", client.code, added)
    return added


def plan(client: Client) -> None:
    """Queue the notices that are due."""
    with client_scope(client.pk):
        planned = plan_notices(client, at=clock.now())
    if planned.tickets:
        _log.info("%s: %s mails and %s letters queued", client.code, planned.mails, planned.letters)


def keep(client: Client) -> None:
    """Work out the figures of the page *Today*, where it cannot do so itself."""
    with client_scope(client.pk):
        keep_figures(client, at=clock.now())


def has_mail(client: Client) -> bool:
    """Whether a mail waits that could be sent now."""
    if not settings.EMAIL_HOST:
        return False
    with client_scope(client.pk):
        return mails_wait(at=clock.now())


def has_reports(client: Client) -> bool:
    """Whether reports are mailed, and could be now."""
    if not settings.EMAIL_HOST:
        return False
    with client_scope(client.pk):
        return reports_wait(at=clock.now())


def send(client: Client) -> int:
    """Send the mails that are due, some at most. Returns how many went."""
    if not has_mail(client):
        return 0
    return _with_server(client, take_mail, settle_mail)


def report(client: Client) -> int:
    """Mail the reports whose week or month is over. Returns how many went."""
    if not has_reports(client):
        return 0
    with client_scope(client.pk):
        plan_reports(client, at=clock.now())
    return _with_server(client, take_report, settle_report)


def _with_server(client: Client, take: Take, settle: Settle) -> int:
    server = get_connection()
    try:
        # Before any mail is taken: while the server is away, none of them loses a try.
        server.open()
        return _send(client, server, take, settle)
    except (OSError, smtplib.SMTPException) as error:
        _log.warning("%s: the mail server does not take mails: %s", client.code, fault_of(error))
        return 0
    finally:
        # A connection that is broken cannot be closed in order either.
        with suppress(OSError, smtplib.SMTPException):
            server.close()


def _send(client: Client, server: BaseEmailBackend, take: Take, settle: Settle) -> int:
    sent = 0
    for _ in range(MOST_MAILS):
        with client_scope(client.pk):
            taken = take(client, at=clock.now())
        if taken is None:
            break
        error = _hand_over(taken, server)
        with client_scope(client.pk):
            settle(client, taken, at=clock.now(), error=error)
        if error is None:
            sent += 1
            continue
        _log.warning("%s: mail %s was not sent: %s", client.code, taken.message_id, fault_of(error))
        if is_outage(error):
            break
    return sent


def _hand_over(taken: Taken, server: BaseEmailBackend) -> Exception | None:
    try:
        hand_over(taken, server)
    except Exception as error:  # noqa: BLE001  # Whatever it is, it is written down with the mail.
        return error
    return None


def bring(client: Client) -> None:
    """Import, or check, the files that wait."""
    while (taken := take_file(client)) is not None:
        bring_in(client, taken, at=clock.now())


def erase(client: Client) -> None:
    """Erase what the client no longer keeps: bytes of handoffs, files of imports."""
    erased = erase_old(client.pk, at=clock.now())
    if erased:
        _log.info("%s: the bytes of %s batches erased", client.code, erased)
    with client_scope(client.pk):
        gone = tidy_imports(client, at=clock.now())
    if gone:
        _log.info("%s: the files of %s imports erased", client.code, gone)
