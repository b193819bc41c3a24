"""One answer to an agency is one batch. What goes out again goes out as the batch's next revision."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from curbledger.database.fields import ClientForeignKey, MoneyField, StatementForeignKey
from curbledger.database.owned import ClientOwned


class BatchState(models.TextChoices):
    """How a batch stands. A batch of a server process that died counts as undelivered (deliverer.py)."""

    DELIVERING = "delivering"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    # Claimed for a file; a member of staff says whether that arrived (by_staff.py). Nobody else takes it up.
    AWAITING = "awaiting"


class Batch(ClientOwned):
    """One handoff to one agency.

    `attempt` is drawn anew by whoever sets out to deliver it: the outcome of an attempt is written only while it is
    still the batch's, so that a process that was taken for dead cannot write on.
    """

    uuid = models.UUIDField(default=uuid.uuid4)
    agency = ClientForeignKey("placements.Agency")
    state = models.CharField(max_length=20, choices=BatchState.choices)
    revision = models.PositiveIntegerField(default=1)
    attempt = models.UUIDField()
    deliverer = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "batch"
        constraints = (
            models.UniqueConstraint("client", "uuid", name="batch_uuid_is_unique"),
            models.CheckConstraint(condition=Q(state__in=BatchState.values), name="batch_state_is_known"),
        )
        indexes = (
            # Every call looks for what it must take up again; what was delivered must not make that slower.
            models.Index("client", "agency", "id", condition=~Q(state=BatchState.DELIVERED), name="batch_to_take_up"),
            models.Index("client", "id", name="batch_by_age"),
        )

    def __str__(self) -> str:
        return str(self.uuid)


class Revision(ClientOwned):
    """What was in one sending of a batch: count, total, digest, and who asked from where and when."""

    batch = ClientForeignKey("placements.Batch")
    number = models.PositiveIntegerField()
    claimed_at = models.DateTimeField()
    record_count = models.PositiveIntegerField()
    total = models.DecimalField(max_digits=16, decimal_places=2)
    # The last violation of each chunk, in order: known from the claim on, so that chunks can be printed side by side.
    bounds = ArrayField(models.BigIntegerField())
    # The end of the answer, made with the claim.
    tail = models.BinaryField()
    # Known once every chunk is there.
    digest = models.CharField(max_length=64, null=True)
    size = models.BigIntegerField(null=True)
    rendered_at = models.DateTimeField(null=True)
    token_name = models.CharField(max_length=200, default="")
    remote_address = models.CharField(max_length=64, default="")
    user_agent = models.CharField(max_length=400, default="")
    # A member of staff; empty where an agency's call asked.
    handed_over_by = models.CharField(max_length=254, default="", db_default="")
    # How its delivery ended, in words, and when; who said so, where it was staff.
    outcome = models.CharField(max_length=200, null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=254, null=True)
    # It arrived, and its receiver lost it: who lets the batch go out again, when and why (again.py).
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.CharField(max_length=254, null=True)
    reopened_reason = models.CharField(max_length=400, null=True)

    class Meta:
        db_table = "batch_revision"
        constraints = (models.UniqueConstraint("client", "batch", "number", name="revision_number_is_unique"),)

    def __str__(self) -> str:
        return f"revision {self.number}"


class Chunk(ClientOwned):
    """A run of records as it went out: compressed, and committed before its first byte was sent."""

    revision = ClientForeignKey("placements.Revision")
    position = models.PositiveIntegerField()
    record_count = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        db_table = "batch_chunk"
        constraints = (models.UniqueConstraint("client", "revision", "position", name="chunk_position_is_unique"),)

    def __str__(self) -> str:
        return f"chunk {self.position}"


class PlacementState(models.TextChoices):
    """How a placement stands. The first alone means that the agency has the debt."""

    OPEN = "open"
    # Left the batch before it was delivered, or went out again in its next revision.
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    PAID = "paid"
    RECALLED = "recalled"
    RETURNED = "returned"
    CLOSED = "closed"


# The states in which a violation has had its turn in this cycle.
HANDED_OVER = Q(state__in=("open", "paid", "recalled", "returned", "closed"))


# What refuses a violation a second turn, whatever the code does.
ONCE_IN_A_CYCLE = "placement_is_once_in_a_cycle"


class Placement(ClientOwned):
    """One violation in one revision: the balance frozen, and the evidence of why it was eligible and what it was.

    The unique constraint is what "never twice" rests on: whatever the code does, one violation can have its turn
    once in a cycle.
    """

    # Its revision says that the client exists; asking again for each of a million placements would cost seconds.
    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    revision = StatementForeignKey("placements.Revision")
    violation = StatementForeignKey("violations.Violation")
    cycle = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=20, choices=PlacementState.choices)
    balance = MoneyField()
    # The evidence: by which policy it was decided, at what moment, and from what the balance was made.
    policy_version = models.PositiveIntegerField(null=True)
    decided_at = models.DateTimeField()
    # Only for what another system had handed over before this one was moved into.
    imported_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    noticed_at = models.DateTimeField(null=True)
    fine = MoneyField()
    adjusted_fine = MoneyField(null=True)
    adjustment_reason = models.TextField(null=True)
    towing = MoneyField()
    tax = MoneyField()
    fees = MoneyField()
    discount = MoneyField()
    paid = MoneyField()
    ended_at = models.DateTimeField(null=True)
    # A member of staff; null where the handoff itself ended it.
    ended_by = models.CharField(max_length=254, null=True)
    ended_reason = models.CharField(max_length=400, null=True)

    class Meta:
        db_table = "placement"
        constraints = (
            models.UniqueConstraint("client", "revision", "violation", name="placement_is_once_in_a_revision"),
            models.UniqueConstraint(
                fields=("client", "violation", "cycle"), condition=HANDED_OVER, name=ONCE_IN_A_CYCLE
            ),
            models.CheckConstraint(condition=Q(state__in=PlacementState.values), name="placement_state_is_known"),
            models.CheckConstraint(condition=Q(balance__gt=0), name="placement_balance_is_positive"),
        )
        indexes = (
            # What was taken back, by the day. It costs a handoff nothing: no row begins as one.
            models.Index("client", "ended_at", condition=Q(state="recalled"), name="placement_recalled"),
        )

    def __str__(self) -> str:
        return f"violation {self.violation_id} in revision {self.revision_id}"
