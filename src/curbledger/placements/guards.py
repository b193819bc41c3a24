"""Guards: what stops a handoff until somebody says why it goes all the same. Each is off unless the policy sets it.

They are asked in the transaction of the claim. Where one stops it, nothing of the claim is kept. An override is
recorded with the batch: staff give theirs with the handoff, and for an agency's call beforehand.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext as _

from curbledger.clients.client import Client
from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned
from curbledger.errors import CurbledgerError
from curbledger.kit import money, sql
from curbledger.placements.kept_words import NO_PAYMENT_EVER, STALE_PAYMENTS, UNUSUAL
from curbledger.placements.payment_feed import last_payment_at
from curbledger.violations.act import check_reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from curbledger.placements.agency import Agency
    from curbledger.placements.batch import Batch
    from curbledger.violations.overdue import Rule

_QUERIES = sql.load("curbledger.placements", "guards.sql")
_REFUSED = _QUERIES["refused"].format(over=_QUERIES["went_through"])
_OPEN = _QUERIES["open"].format(over=_QUERIES["went_through"])
# Fewer batches of an agency say nothing about what is usual; of more, the newest do.
_ENOUGH, _NEWEST = 3, 10
# An override that no call has used by then is forgotten.
OVERRIDE_LASTS = timedelta(days=7)


class Guard(models.TextChoices):
    """What can stop a handoff."""

    PAYMENTS = "payments"
    UNUSUAL = "unusual"


class GuardTripped(CurbledgerError):
    """A guard stops this handoff. Nothing was handed over."""

    code = "guard_tripped"

    def __init__(self, guard: Guard, agency: Agency, found: str) -> None:
        super().__init__(found)
        self.guard = guard
        self.agency_id = agency.pk
        self.agency_name = agency.name


class Override(ClientOwned):
    """Who let a handoff go though a guard stopped it, and why. Without a batch: for the agency's next call."""

    agency = ClientForeignKey("placements.Agency")
    batch = ClientForeignKey("placements.Batch", null=True)
    guard = models.CharField(max_length=20, choices=Guard.choices)
    # What the guard had found, in words.
    found = models.CharField(max_length=400)
    reason = models.CharField(max_length=400)
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=254)

    class Meta:
        app_label = "placements"
        db_table = "guard_override"
        constraints = (
            models.CheckConstraint(condition=Q(guard__in=Guard.values), name="guard_override_guard_is_known"),
        )
        indexes = (models.Index("client", "agency", "guard", "batch", name="guard_override_by_agency"),)

    def __str__(self) -> str:
        return f"{self.guard} by {self.given_by}"


class Refused(ClientOwned):
    """An agency's calls that a guard refused: the latest, and how many since the first of them."""

    agency = ClientForeignKey("placements.Agency")
    guard = models.CharField(max_length=20, choices=Guard.choices)
    found = models.CharField(max_length=400)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField()

    class Meta:
        app_label = "placements"
        db_table = "guard_refusal"
        constraints = (
            models.UniqueConstraint(fields=("client", "agency", "guard"), name="guard_refusal_is_once"),
            models.CheckConstraint(condition=Q(guard__in=Guard.values), name="guard_refusal_guard_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.guard}: {self.found}"


def refuse_stale_payments(rule: Rule, agency: Agency, batch: Batch, *, staff: str = "", override: str = "") -> None:
    """Raise GuardTripped where no payment was recorded for longer than the policy allows. In the claim's transaction.

    Where none ever was, the hours count from the day the client was made.
    """
    hours = rule.policy.guard_payment_hours
    if hours is None:
        return

    def found() -> str:
        last = last_payment_at()
        since = last or Client.objects.get(pk=agency.client_id).created_at
        if rule.at - since <= timedelta(hours=hours):
            return ""
        if last is None:
            return _(NO_PAYMENT_EVER).format(hours=hours)
        return _(STALE_PAYMENTS).format(moment=f"{last.astimezone(rule.zone):%Y-%m-%d %H:%M}", hours=hours)

    _stop(Guard.PAYMENTS, rule, agency, batch, found, staff=staff, override=override)


def refuse_unusual(
    rule: Rule, agency: Agency, batch: Batch, count: int, total: Decimal, *, staff: str = "", override: str = ""
) -> None:
    """Raise GuardTripped where count or total is far from those of the agency's own batches before. As above.

    More than `guard_factor` times the usual stops everybody. Fewer than the usual divided by it stops staff alone: an
    agency may call twice a day, and what does not go now goes with its next call. Until it had three batches, nothing
    is usual.
    """
    factor = rule.policy.guard_factor
    if factor is None:
        return

    def found() -> str:
        with connection.cursor() as cursor:
            cursor.execute(_QUERIES["usual"], {"agency": agency.pk, "batch": batch.pk, "newest": _NEWEST})
            known, usual_count, usual_total = cursor.fetchone()
        if known < _ENOUGH:
            return ""
        usual = (Decimal(usual_count), Decimal(usual_total).quantize(money.CENT))
        pairs = list(zip((Decimal(count), total), usual, strict=True))
        too_much = any(now > factor * before for now, before in pairs)
        too_little = bool(staff) and any(now * factor < before for now, before in pairs)
        if not too_much and not too_little:
            return ""
        return _(UNUSUAL).format(
            count=count, total=money.show(total), usual_count=round(usual[0]), usual_total=money.show(usual[1])
        )

    _stop(Guard.UNUSUAL, rule, agency, batch, found, staff=staff, override=override)


def _stop(
    guard: Guard, rule: Rule, agency: Agency, batch: Batch, look: Callable[[], str], *, staff: str, override: str
) -> None:
    found = look()
    if not found:
        return
    if override:
        _note(agency, batch, guard, found, reason=override, at=rule.at, by=staff)
        return
    # Of this batch: the one that it went out with before. Of none: given for the agency's next call, which this is.
    # Whoever claims for an agency has it locked, so that nobody else uses the same one.
    given = Override.objects.filter(agency_id=agency.pk, guard=guard).filter(
        Q(batch_id=batch.pk) | Q(batch=None, given_at__gte=rule.at - OVERRIDE_LASTS)
    )
    one = None if staff else given.order_by(models.F("batch_id").asc(nulls_last=True), "id").first()
    if one is None:
        raise GuardTripped(guard, agency, found)
    if one.batch_id is None:
        Override.objects.filter(pk=one.pk).update(batch_id=batch.pk)


def allow_next_call(agency: Agency, guard: Guard, *, reason: str, at: datetime, by: str) -> None:
    """Let the agency's next call through though this guard refused one. In the client's scope.

    Good for one call, and for as long as OVERRIDE_LASTS. Raises Invalid without a reason.
    """
    refused = Refused.objects.filter(agency_id=agency.pk, guard=guard).first()
    found = refused.found if refused is not None else ""
    _note(agency, None, guard, found, reason=check_reason(reason, _("An override")), at=at, by=by)


def note_refusal(client_id: int, tripped: GuardTripped, *, at: datetime) -> None:
    """Write down that an agency's call was refused, for staff to see. In a scope of its own, after the claim's."""
    with connection.cursor() as cursor:
        cursor.execute(
            _REFUSED,
            {
                "client": client_id,
                "agency": tripped.agency_id,
                "guard": tripped.guard.value,
                "found": tripped.message[:400],
                "at": at,
            },
        )


def open_refusals(*, at: datetime) -> list[Refused]:
    """Refusals after which no call of the agency went through, and that nobody overrode. In the client's scope."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {"since": at - OVERRIDE_LASTS})
        ids = [row[0] for row in cursor.fetchall()]
    return list(Refused.objects.filter(pk__in=ids).select_related("agency").order_by("pk"))


def _note(agency: Agency, batch: Batch | None, guard: Guard, found: str, *, reason: str, at: datetime, by: str) -> None:
    Override.objects.create(
        client_id=agency.client_id,
        agency_id=agency.pk,
        batch_id=None if batch is None else batch.pk,
        guard=guard,
        found=found[:400],
        reason=reason[:400],
        given_at=at,
        given_by=by,
    )
