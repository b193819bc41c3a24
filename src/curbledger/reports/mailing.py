"""Reports by mail: plan which are due, write the next one, and write down what became of it.

As with notices, a mail is taken, handed over and recorded, each committed before the next. Two workers never take the
same one. A worker that dies between handing over and recording leaves it to be sent again, under the same Message-ID.
"""

from __future__ import annotations

import io
from datetime import timedelta
from email.utils import formataddr, parseaddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from curbledger.clients.membership import Membership
from curbledger.clients.user import User
from curbledger.kit import clock
from curbledger.notices.mail import ABANDONED_AFTER, Taken, fault_of, is_permanent, retry_at
from curbledger.permissions import ROLE_PERMISSIONS, Permission, Role
from curbledger.reports.catalogue import find_report
from curbledger.reports.period import Period
from curbledger.reports.report import MIME, Form
from curbledger.reports.subscription import Sending, SendingState, Subscription, last_period

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

    from curbledger.clients.client import Client

# A mail of the last day of a month is about the one before.
_LONGEST_PERIOD = 62


def plan_reports(client: Client, *, at: datetime) -> None:
    """Queue the mails whose week or month is over. In the client's scope. Each once, however often this is called.

    The first is about days that ended after somebody subscribed. After a long silence there is only the latest.
    """
    there = set(Sending.objects.filter(until__gte=_long_ago(client, at)).values_list("subscription_id", "until"))
    due = [
        Sending(
            client_id=client.pk,
            subscription_id=one.pk,
            since=period.since,
            until=period.until,
            created_at=at,
            next_try_at=at,
        )
        for one in Subscription.objects.filter(ended_at__isnull=True).order_by("id")
        if (period := last_period(client, one.every, at=at)).until >= clock.local_day(one.created_at, client.zone)
        and (one.pk, period.until) not in there
    ]
    # Another worker may plan the same: the constraint lets one in.
    Sending.objects.bulk_create(due, ignore_conflicts=True)


def _long_ago(client: Client, at: datetime) -> date:
    """No period that is mailed now ended before this day."""
    return clock.local_day(at, client.zone) - timedelta(days=_LONGEST_PERIOD)


def reports_wait(*, at: datetime) -> bool:
    """Whether a report is to be mailed now or later. In a client's scope."""
    return Subscription.objects.filter(ended_at__isnull=True).exists() or _ready(at).exists()


def take_report(client: Client, *, at: datetime) -> Taken | None:
    """Write the next mail that is due, and mark it as being sent. In the client's scope, which commits it.

    None: there is none. One whose reader has left, or may not read reports any more, is cancelled.
    """
    while True:
        ready = _ready(at).select_related("subscription").order_by("id")
        sending = ready.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
        if sending is None:
            return None
        if sending.subscription.ended_at is not None or not _may_read(client, sending.subscription.email):
            sending.state, sending.ended_at = SendingState.CANCELLED, at
            sending.save(update_fields=["state", "ended_at"])
            continue
        sending.state, sending.began_at = SendingState.SENDING, at
        sending.attempts += 1
        sending.tries_left = max(sending.tries_left - 1, 0)
        sending.save(update_fields=["state", "began_at", "attempts", "tries_left"])
        return Taken(sending.pk, sending.attempts, _mail(client, sending, at=at), sending.subscription.email)


def settle_report(_client: Client, taken: Taken, *, at: datetime, error: Exception | None) -> None:
    """Write down what became of a mail: sent, another try later, or failed. In the client's scope.

    Nothing where another worker took it over meanwhile, whose word counts.
    """
    sending = (
        Sending.objects.select_for_update(no_key=True)
        .filter(pk=taken.message_id, state=SendingState.SENDING, attempts=taken.attempt)
        .first()
    )
    if sending is None:
        return
    if error is None:
        sending.state, sending.ended_at, sending.fault, sending.next_try_at = SendingState.SENT, at, "", None
    else:
        sending.fault = fault_of(error)
        if is_permanent(error) or sending.tries_left == 0:
            sending.state, sending.ended_at, sending.next_try_at = SendingState.FAILED, at, None
        else:
            sending.state, sending.next_try_at = SendingState.QUEUED, retry_at(sending.tries_left, at=at)
    sending.save(update_fields=["state", "ended_at", "fault", "next_try_at"])


def _ready(at: datetime) -> QuerySet[Sending]:
    queued = Q(state=SendingState.QUEUED, next_try_at__lte=at)
    abandoned = Q(state=SendingState.SENDING, began_at__lte=at - ABANDONED_AFTER)
    return Sending.objects.filter(queued | abandoned, state__in=("queued", "sending"))


def _may_read(client: Client, email: str) -> bool:
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None or user.is_system_administrator:
        return user is not None
    member = Membership.objects.filter(user=user, client=client).first()
    return member is not None and Permission.REPORTS_READ in ROLE_PERMISSIONS[Role(member.role)]


def _mail(client: Client, sending: Sending, *, at: datetime) -> EmailMessage:
    subscription = sending.subscription
    report, form = find_report(subscription.report), Form(subscription.form)
    period = Period(sending.since, sending.until, client.zone)
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    domain = address.rpartition("@")[2] or "localhost"
    with translation.override(subscription.language):
        file = io.BytesIO()
        report.write(report.read(client, period, at), form, file, for_a_desk=True)
        words = {
            "report": report.title,
            "client": client.name,
            "since": sending.since.isoformat(),
            "until": sending.until.isoformat(),
            "moment": clock.local_minute(at, client.zone),
        }
        if report.by_period:
            subject = _("%(report)s, %(since)s to %(until)s") % words
        else:
            subject = _("%(report)s, %(moment)s") % words
        body = _("%(report)s of %(client)s is attached.") % words
        body += "\n\n" + _("You asked for it on the page Reports, and can end it there.") + "\n"
    mail = EmailMessage(
        subject=subject,
        body=body,
        from_email=formataddr((name or client.name, address)),
        to=[subscription.email],
        headers={"Message-ID": f"<{sending.uuid}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach(report.file_name(client, period, at, form), file.getvalue(), MIME[form].partition(";")[0])
    return mail
