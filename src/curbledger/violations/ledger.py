"""What moves a ticket's money: payments, adjustments, fees, granted discounts. Rows are added, never changed away."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from curbledger.database.fields import ClientForeignKey, MoneyField
from curbledger.database.owned import ClientOwned
from curbledger.kit import money

# The upper bound refuses NaN, which PostgreSQL holds to be greater than any number.
POSITIVE = Q(amount__gt=0, amount__lte=money.LARGEST)


class LedgerEntry(ClientOwned):
    """One movement on one ticket, by whom and when."""

    violation = ClientForeignKey("violations.Violation")
    amount = MoneyField()
    recorded_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.amount} on violation {self.violation_id}"


class Payment(LedgerEntry):
    """Money that came in. A reversal (a bounced cheque, a mistake) keeps the row and takes it out of the balance."""

    paid_at = models.DateTimeField()
    method = models.CharField(max_length=50, default="")
    reference = models.CharField(max_length=100, null=True)
    reversed_at = models.DateTimeField(null=True)
    reversal_reason = models.TextField(null=True)

    class Meta:
        db_table = "payment"
        constraints = (
            # The same payment sent again is the same payment; one cheque may pay several tickets.
            models.UniqueConstraint("client", "violation", "reference", name="payment_reference_is_unique"),
            models.CheckConstraint(condition=POSITIVE, name="payment_amount_is_positive"),
        )
        indexes = (
            models.Index("client", "violation", name="payment_by_violation"),
            # When the last one came in (placements/payment_feed.py).
            models.Index("client", "created_at", name="payment_by_record"),
            # What came in on a day.
            models.Index("client", "paid_at", "id", name="payment_by_day"),
        )


class Fee(LedgerEntry):
    """Added to what is owed: late, court, search."""

    LATE = "late"

    kind = models.CharField(max_length=50)
    reason = models.TextField(default="")
    # One that accrued: by which rule, and which time on this ticket. Null: somebody added it.
    rule = ClientForeignKey("violations.LateFeeRule", null=True)
    occurrence = models.PositiveSmallIntegerField(null=True)

    class Meta:
        db_table = "fee"
        constraints = (
            models.CheckConstraint(condition=POSITIVE, name="fee_amount_is_positive"),
            # Each time once, however often and from however many places fees are made to accrue.
            models.UniqueConstraint("client", "violation", "rule", "occurrence", name="fee_accrues_once"),
            models.CheckConstraint(
                condition=Q(rule__isnull=True, occurrence__isnull=True) | Q(rule__isnull=False, occurrence__gte=1),
                name="fee_occurrence_has_a_rule",
            ),
        )
        indexes = (models.Index("client", "violation", name="fee_by_violation"),)


class Discount(LedgerEntry):
    """Taken off for good: paid early enough, or granted by staff."""

    EARLY = "early_payment"

    kind = models.CharField(max_length=50)
    reason = models.TextField(default="")

    class Meta:
        db_table = "discount"
        constraints = (
            models.CheckConstraint(condition=POSITIVE, name="discount_amount_is_positive"),
            models.UniqueConstraint(
                fields=("client", "violation"),
                condition=Q(kind="early_payment"),
                name="discount_early_is_unique",
            ),
        )
        indexes = (models.Index("client", "violation", name="discount_by_violation"),)


class Adjustment(LedgerEntry):
    """The fine was set to `amount`, from what it was before. The last one counts."""

    before = MoneyField(null=True)
    reason = models.TextField()

    class Meta:
        db_table = "adjustment"
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__range=(0, money.LARGEST)), name="adjustment_amount_is_not_negative"
            ),
        )
        indexes = (models.Index("client", "violation", name="adjustment_by_violation"),)
