"""A permit: a plate may park, in a zone or anywhere, from one moment until another."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Now

from curbledger.database.fields import ClientForeignKey, MoneyField
from curbledger.database.owned import ClientOwned
from curbledger.errors import Invalid

if TYPE_CHECKING:
    from datetime import datetime

MOST_AMOUNT = Decimal("999999.99")
# A deleted permit stays as a row, and is nobody's any more.
LIVE = Q(deleted_at__isnull=True)


class PermitQuerySet(models.QuerySet["Permit"]):
    """What permits are asked."""

    def live(self) -> PermitQuerySet:
        """Those that were not deleted."""
        return self.filter(LIVE)

    def valid(self, at: datetime) -> PermitQuerySet:
        """Those under which one may park at that moment."""
        return self.live().filter(starts_at__lte=at, ends_at__gt=at)


class Kind(models.TextChoices):
    """How a permit came about. The words are the wire's."""

    # Granted by staff, for a season.
    STANDARD = "standard"
    # Pushed by a meter or an app, for a stay.
    TEMP = "temp"


class Permit(ClientOwned):
    """One permit. `reference` is what integrators know it by.

    The plate is kept as it was sent and compared by `plate_key` (kit.plates), the zone by `zone_key` (zone.py).
    """

    reference = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    short_name = models.CharField(max_length=100, default="")
    plate = models.CharField(max_length=50)
    plate_key = models.CharField(max_length=50)
    number = models.CharField(max_length=50, null=True)
    # As it was sent. Null: the permit is for no zone in particular.
    zone_name = models.CharField(max_length=200, null=True)
    zone_key = models.TextField(null=True)
    zone = ClientForeignKey("permits.Zone", null=True)
    # For a zone that the client has not configured, or not yet.
    disconnected = models.GeneratedField(
        expression=ExpressionWrapper(Q(zone_key__isnull=False, zone__isnull=True), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    amount = MoneyField(null=True)
    currency = models.CharField(max_length=3)
    # Of the push as it was first sent, whatever was updated since. Null: not pushed.
    fingerprint = models.CharField(max_length=64, null=True)
    created_at = models.DateTimeField(db_default=Now())
    modified_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True)

    objects = PermitQuerySet.as_manager()

    class Meta:
        db_table = "permit"
        constraints = (
            models.UniqueConstraint(fields=("client", "reference"), name="permit_reference_is_unique"),
            # The same push again is the same permit.
            models.UniqueConstraint(fields=("client", "fingerprint"), condition=LIVE, name="permit_push_is_unique"),
            models.UniqueConstraint(fields=("client", "number"), condition=LIVE, name="permit_number_is_unique"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="permit_kind_is_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="permit_ends_after_its_start"),
            # The upper bound refuses NaN, which PostgreSQL holds to be greater than any number.
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=MOST_AMOUNT), name="permit_amount_is_in_bounds"
            ),
            models.CheckConstraint(condition=~Q(plate_key=""), name="permit_plate_is_a_plate"),
        )
        indexes = (
            models.Index(fields=("client", "plate_key", "ends_at"), condition=LIVE, name="permit_by_plate"),
            models.Index(fields=("client", "ends_at"), condition=LIVE, name="permit_by_end"),
        )

    def __str__(self) -> str:
        return self.number or str(self.reference)


def check_period(starts_at: datetime, ends_at: datetime) -> None:
    """Raise Invalid, for the end, where it does not come after the start."""
    if ends_at <= starts_at:
        raise Invalid("A permit ends after it starts.", field="end")
