"""The violation: one notice with a number, on a vehicle or a person."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from curbledger.database.fields import ClientForeignKey, MoneyField
from curbledger.database.owned import ClientOwned
from curbledger.kit import money

NOTHING = Decimal("0.00")
MONEY = (NOTHING, money.LARGEST)

# What could still go to an agency, by the violation's own row. The partial indexes and every query that looks for
# candidates carry this to the letter, so that history, paid or sent, costs nothing.
OPEN_DEBT = Q(sent_at__isnull=True, balance__gt=0, spoiled=False, warning=False, cancelled_at__isnull=True)


class Violation(ClientOwned):
    """One ticket. Money that other rows decide (`*_total`) is kept here by the database itself (triggers.sql)."""

    ticket = models.CharField(max_length=50)
    permit_number = models.BigIntegerField(default=0)
    vehicle = ClientForeignKey("registry.Vehicle", null=True)
    person = ClientForeignKey("registry.Person", null=True)
    category = ClientForeignKey("violations.Category", null=True)
    location = ClientForeignKey("violations.Location", null=True)
    spoiled = models.BooleanField(default=False)
    warning = models.BooleanField(default=False)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.TextField(null=True)
    issued_at = models.DateTimeField()
    converted_notice_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()

    fine = MoneyField()
    # Null: not adjusted. 0: adjusted to nothing. The wire knows only 0, "not adjusted" (domain.md).
    adjusted_fine = MoneyField(null=True)
    adjustment_reason = models.TextField(null=True)
    towing = MoneyField(default=NOTHING)
    tax = MoneyField(default=NOTHING)
    fees_total = MoneyField(default=NOTHING, editable=False)
    discounts_total = MoneyField(default=NOTHING, editable=False)
    paid_total = MoneyField(default=NOTHING, editable=False)
    # What is owed, but for a discount that still holds (judge.sql takes that off). Negative: paid too much.
    balance = models.GeneratedField(
        expression=Coalesce(F("adjusted_fine"), F("fine"))
        + F("towing")
        + F("tax")
        + F("fees_total")
        - F("discounts_total")
        - F("paid_total"),
        output_field=MoneyField(),
        db_persist=True,
    )
    # The latest moment at which one of its discounts holds; the first notice that was not returned; how many
    # holds and appeals are open. Kept by triggers.sql: they let the rule skip what cannot matter.
    discount_until = models.DateTimeField(null=True, editable=False)
    noticed_at = models.DateTimeField(null=True, editable=False)
    hold_count = models.PositiveIntegerField(default=0, editable=False)
    appeal_count = models.PositiveIntegerField(default=0, editable=False)

    # The handoff's mark. One violation goes through collections once in a cycle; staff start the next.
    sent_at = models.DateTimeField(null=True, editable=False)
    cycle = models.PositiveSmallIntegerField(default=1, editable=False)
    # Taken back from the agency in this cycle: it stays sent, and nobody has it.
    recalled_at = models.DateTimeField(null=True, editable=False)

    offence_number = models.IntegerField(default=-1)
    writer = models.IntegerField(null=True)
    comment = models.TextField(null=True)
    appealed_at = models.DateTimeField(null=True)
    appeal_type = models.SmallIntegerField(default=0)
    appeal_format = models.CharField(max_length=50, null=True)
    access_admin = models.IntegerField(null=True)
    actioned_per = models.CharField(max_length=200, null=True)
    created_at = models.DateTimeField(db_default=Now())
    appeal_person = models.BigIntegerField(default=0)
    appeal_processed_at = models.DateTimeField(null=True)
    appeal_admin = models.IntegerField(default=0)
    appeal_comment = models.TextField(null=True)
    appeal_admin_comment = models.TextField(null=True)
    # 0 none yet, 1 a mail, 2 a letter (domain.md).
    auto_notice = models.PositiveSmallIntegerField(default=0)
    private_comments = models.TextField(null=True)
    drive_away = models.BooleanField(default=False)
    uuid = models.UUIDField(default=uuid.uuid4)
    notice = models.CharField(max_length=200, null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    incident = models.BigIntegerField(null=True)
    fail_to_identify = models.BooleanField(default=False)
    pin = models.CharField(max_length=50, null=True)
    duplicate = models.BooleanField(default=False)

    class Meta:
        db_table = "violation"
        constraints = (
            models.UniqueConstraint("client", "ticket", name="violation_ticket_is_unique"),
            models.CheckConstraint(
                # The upper bound refuses NaN, which PostgreSQL holds to be greater than any number.
                condition=Q(fine__range=MONEY, towing__range=MONEY, tax__range=MONEY)
                & (Q(adjusted_fine__isnull=True) | Q(adjusted_fine__range=MONEY)),
                name="violation_money_is_not_negative",
            ),
        )
        indexes = (
            models.Index("client", "id", condition=OPEN_DEBT, name="violation_open_debt"),
            # The same for lists of staff: what owes and was not sent, newest first.
            models.Index("client", "issued_at", "id", condition=OPEN_DEBT, name="violation_open_debt_by_issue"),
            models.Index("client", "vehicle", name="violation_by_vehicle"),
            # Lists of staff: newest first, a page at a time.
            models.Index("client", "issued_at", "id", name="violation_by_issue"),
            # Numbers that stand for nothing, by the day: few.
            models.Index("client", "issued_at", "id", condition=Q(spoiled=True), name="violation_spoiled"),
            models.Index("client", "person", condition=Q(person__isnull=False), name="violation_by_person"),
        )

    def __str__(self) -> str:
        return self.ticket


class Detail(ClientOwned):
    """One offence on a ticket."""

    violation = ClientForeignKey("violations.Violation")
    offence = ClientForeignKey("violations.Offence")
    location = ClientForeignKey("violations.Location", null=True)
    fine = MoneyField()
    discount_flag = models.BooleanField(default=False)
    discount_amount = MoneyField(default=NOTHING)
    discount_hours = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "violation_detail"
        constraints = (
            models.CheckConstraint(
                condition=Q(fine__range=MONEY, discount_amount__range=MONEY), name="detail_money_is_not_negative"
            ),
        )
        indexes = (models.Index("client", "violation", name="detail_by_violation"),)

    def __str__(self) -> str:
        return f"offence {self.offence_id} on violation {self.violation_id}"


class Attachment(ClientOwned):
    """A file of a ticket, kept below CURBLEDGER_HOME/files."""

    violation = ClientForeignKey("violations.Violation")
    storage_location = models.CharField(max_length=500)
    name = models.CharField(max_length=255)
    extension = models.CharField(max_length=20)
    mime = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now())
    archived = models.DateTimeField(null=True)
    unique_id = models.UUIDField(default=uuid.uuid4)

    class Meta:
        db_table = "attachment"
        constraints = (models.UniqueConstraint("client", "unique_id", name="attachment_unique_id_is_unique"),)
        indexes = (models.Index("client", "violation", name="attachment_by_violation"),)

    def __str__(self) -> str:
        return f"{self.name}.{self.extension}"
