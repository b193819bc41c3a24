"""What an offence costs more when it is not paid in time."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext

from curbledger.database.fields import ClientForeignKey, MoneyField
from curbledger.database.owned import ClientOwned
from curbledger.errors import Conflict, Invalid, NotFound
from curbledger.kit import money

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.violations.lists import Offence

MOST_DAYS = 3650
MOST_PERCENT = Decimal("999.99")


class LateFeeRule(ClientOwned):
    """One late fee of an offence, for tickets issued from one moment and before another.

    A rule is never changed: a ticket keeps the rules that were in force when it was issued.
    """

    offence = ClientForeignKey("violations.Offence")
    # One of the two. The percentage is of the fine, as adjusted, as far as it is for this offence.
    amount = MoneyField(null=True)
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    # Whole days after the due day, where the client is.
    days_after_due = models.PositiveSmallIntegerField()
    # Whole days until it is due again. Null: once.
    every_days = models.PositiveSmallIntegerField(null=True)
    # What it comes to at most, on one ticket.
    cap = MoneyField(null=True)
    issued_from = models.DateTimeField()
    issued_before = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)

    class Meta:
        db_table = "late_fee_rule"
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=money.LARGEST, percent__isnull=True)
                | Q(amount__isnull=True, percent__gt=0, percent__lte=MOST_PERCENT),
                name="late_fee_rule_is_amount_or_percent",
            ),
            models.CheckConstraint(condition=Q(days_after_due__gte=1), name="late_fee_rule_is_after_due"),
            models.CheckConstraint(
                condition=Q(every_days__isnull=True) | Q(every_days__gte=1, cap__isnull=False),
                name="late_fee_rule_ends",
            ),
            models.CheckConstraint(condition=Q(cap__gt=0, cap__lte=money.LARGEST), name="late_fee_rule_cap_is_money"),
            models.CheckConstraint(
                condition=Q(issued_before__gte=F("issued_from")), name="late_fee_rule_ends_after_its_start"
            ),
        )
        indexes = (models.Index("client", "offence", name="late_fee_rule_by_offence"),)

    def __str__(self) -> str:
        much = f"{self.percent.normalize():f} %" if self.percent is not None else money.show(self.amount or money.ZERO)
        again = f", again every {self.every_days} days" if self.every_days else ""
        most = f", at most {money.show(self.cap)}" if self.cap is not None else ""
        return f"{much} {self.days_after_due} days after due{again}{most}"


def add_late_fee_rule(
    offence: Offence,
    *,
    days_after_due: int,
    at: datetime,
    by: str,
    amount: Decimal | None = None,
    percent: Decimal | None = None,
    every_days: int | None = None,
    cap: Decimal | None = None,
    issued_from: datetime | None = None,
) -> LateFeeRule:
    """A late fee for tickets issued from `issued_from`, or from now. In the client's scope.

    Raises Invalid for one that is neither an amount nor a percentage or both, that is not after the due day, or
    that repeats without a cap.
    """
    _check(amount=amount, percent=percent, days_after_due=days_after_due, every_days=every_days, cap=cap)
    return LateFeeRule.objects.create(
        client_id=offence.client_id,
        offence_id=offence.pk,
        amount=amount,
        percent=percent,
        days_after_due=days_after_due,
        every_days=every_days,
        cap=cap,
        issued_from=issued_from or at,
        created_at=at,
        created_by=by,
    )


def end_late_fee_rule(rule_id: int, *, at: datetime) -> LateFeeRule:
    """Take a rule out of force for tickets issued from now on. In the client's scope. Raises NotFound, or Conflict."""
    # The row count decides between two people who end it at once.
    ended = LateFeeRule.objects.filter(pk=rule_id, issued_before__isnull=True).update(
        issued_before=models.functions.Greatest(F("issued_from"), at)
    )
    rule = LateFeeRule.objects.filter(pk=rule_id).first()
    if rule is None:
        raise NotFound(gettext("There is no late fee {number}.").format(number=rule_id))
    if not ended:
        day = f"{rule.issued_before:%Y-%m-%d}"
        raise Conflict(
            gettext("Late fee {number} was ended already, for tickets from {day}.").format(number=rule_id, day=day)
        )
    return rule


def _check(
    *, amount: Decimal | None, percent: Decimal | None, days_after_due: int, every_days: int | None, cap: Decimal | None
) -> None:
    if (amount is None) == (percent is None):
        raise Invalid(gettext("A late fee is an amount or a percentage: give one of the two."), field="amount")
    if amount is not None:
        money.check(amount, gettext("A late fee"))
    if percent is not None and not 0 < percent <= MOST_PERCENT:
        raise Invalid(gettext("A percentage is from 0.01 to {most}.").format(most=MOST_PERCENT), field="percent")
    for name, days in (("days", days_after_due), ("every", every_days)):
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise Invalid(gettext("Take from 1 to {most} days.").format(most=MOST_DAYS), field=name)
    if cap is not None:
        money.check(cap, gettext("A cap"), field="cap")
    if every_days is not None and cap is None:
        raise Invalid(gettext("A late fee that repeats needs a cap: what it comes to at most."), field="cap")
