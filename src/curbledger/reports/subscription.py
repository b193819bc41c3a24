"""Who gets which report by mail, and what became of each mail."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy

from curbledger.clients.policy import LANGUAGES
from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned
from curbledger.errors import NotFound
from curbledger.kit import clock
from curbledger.notices.message import MOST_TRIES
from curbledger.reports.catalogue import find_report
from curbledger.reports.period import Period
from curbledger.reports.report import Form

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client

_DAY = timedelta(days=1)
FORMS = [form.value for form in Form]


class Every(models.TextChoices):
    """How often, and so for which days: the last week from Monday to Sunday, or the last calendar month."""

    WEEK = "week", gettext_lazy("Every week")
    MONTH = "month", gettext_lazy("Every month")


class Subscription(ClientOwned):
    """One report that one member of staff gets. Kept when it ends: its mails belong to it."""

    email = models.CharField(max_length=254)
    report = models.CharField(max_length=30)
    every = models.CharField(max_length=5, choices=Every.choices)
    form = models.CharField(max_length=4, choices=[(form, form) for form in FORMS])
    language = models.CharField(max_length=2, choices=LANGUAGES)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=254)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=254, null=True)

    class Meta:
        db_table = "report_subscription"
        constraints = (
            models.UniqueConstraint(
                fields=("client", "email", "report", "every"),
                condition=Q(ended_at__isnull=True),
                name="report_subscription_is_once",
            ),
            models.CheckConstraint(condition=Q(every__in=Every.values), name="report_subscription_every_is_known"),
            models.CheckConstraint(
                condition=Q(form__in=[form.value for form in Form]), name="report_subscription_form_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.report} every {self.every} to {self.email}"


class SendingState(models.TextChoices):
    """How one mail of a report stands."""

    QUEUED = "queued"
    # Taken by a worker, which may have died over it.
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    # Nobody to get it any more.
    CANCELLED = "cancelled"


class Sending(ClientOwned):
    """One mail of a subscription, about some days. The constraint is what "once" rests on, however many plan it."""

    subscription = ClientForeignKey("reports.Subscription")
    since = models.DateField()
    until = models.DateField()
    state = models.CharField(max_length=10, choices=SendingState.choices, default=SendingState.QUEUED)
    # The mail's own number, the same each time it is tried.
    uuid = models.UUIDField(default=uuid.uuid4)
    attempts = models.PositiveIntegerField(default=0)
    tries_left = models.PositiveSmallIntegerField(default=MOST_TRIES)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    fault = models.TextField(default="")

    class Meta:
        db_table = "report_sending"
        constraints = (
            models.UniqueConstraint("client", "subscription", "until", name="report_sending_is_once"),
            models.CheckConstraint(condition=Q(state__in=SendingState.values), name="report_sending_state_is_known"),
        )
        indexes = (
            models.Index("client", "id", condition=Q(state__in=("queued", "sending")), name="report_sending_to_do"),
        )

    def __str__(self) -> str:
        return f"{self.state} report until {self.until}"


def subscribe(
    client: Client, *, email: str, report: str, every: Every, form: Form, language: str, at: datetime
) -> None:
    """Have a report mailed from now on. In the client's scope. Raises NotFound for no report.

    Whoever gets it already gets it in this form from now on.
    """
    row = Subscription(
        client_id=client.pk,
        email=email,
        report=find_report(report).name,
        every=every,
        form=form,
        language=language,
        created_at=at,
        created_by=email,
    )
    # Somebody who subscribes twice at once: the constraint lets one in, and both say what they want of it.
    Subscription.objects.bulk_create([row], ignore_conflicts=True)
    mine = Subscription.objects.filter(email=email, report=report, every=every, ended_at__isnull=True)
    mine.update(form=form, language=language)


def unsubscribe(subscription_id: int, *, email: str, at: datetime) -> None:
    """Have it mailed no more. In the client's scope. Raises NotFound for one that is not theirs, or ended."""
    mine = Subscription.objects.filter(pk=subscription_id, email=email, ended_at__isnull=True)
    if not mine.update(ended_at=at, ended_by=email):
        raise NotFound(gettext("There is no such subscription."))


def subscriptions_of(email: str) -> list[Subscription]:
    """What somebody gets. In the client's scope."""
    return list(Subscription.objects.filter(email=email, ended_at__isnull=True).order_by("report", "every"))


def last_period(client: Client, every: str, *, at: datetime) -> Period:
    """The days that are over and that a mail of now is about."""
    today = clock.local_day(at, client.zone)
    if every == Every.WEEK:
        sunday = today - timedelta(days=today.isoweekday())
        return Period(sunday - 6 * _DAY, sunday, client.zone)
    last: date = today.replace(day=1) - _DAY
    return Period(last.replace(day=1), last, client.zone)
