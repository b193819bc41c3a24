"""What holds a ticket back, or lets it go: holds, appeals, notices."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from curbledger.clients.policy import HOLD_KINDS
from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned


class Hold(ClientOwned):
    """Who keeps what back, why, from when until when: one ticket, or all of a person's."""

    violation = ClientForeignKey("violations.Violation", null=True)
    person = ClientForeignKey("registry.Person", null=True)
    kind = models.CharField(max_length=20)
    reason = models.TextField()
    placed_by = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    # The last day on which it holds, where the client is; null: until it is released.
    until = models.DateField(null=True)
    # Bankruptcy: tickets issued on or before this day are held, later ones are not.
    petition_on = models.DateField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=200, null=True)
    release_reason = models.TextField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "hold"
        constraints = (
            models.CheckConstraint(
                condition=Q(violation__isnull=False, person__isnull=True)
                | Q(violation__isnull=True, person__isnull=False),
                name="hold_is_on_one_thing",
            ),
            models.CheckConstraint(condition=Q(kind__in=HOLD_KINDS), name="hold_kind_is_known"),
        )
        indexes = (
            models.Index("client", "violation", condition=Q(released_at__isnull=True), name="hold_by_violation"),
            models.Index(
                "client",
                "person",
                condition=Q(released_at__isnull=True, person__isnull=False),
                name="hold_by_person",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}"


class Appeal(ClientOwned):
    """A person contests a ticket. Open until it is decided."""

    violation = ClientForeignKey("violations.Violation")
    person = ClientForeignKey("registry.Person", null=True)
    opened_at = models.DateTimeField()
    text = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, null=True)
    # upheld: the ticket stands; dismissed: it falls; withdrawn: the person gave up.
    decision = models.CharField(max_length=20, null=True)
    decision_reason = models.TextField(null=True)

    class Meta:
        db_table = "appeal"
        constraints = (
            models.UniqueConstraint(
                fields=("client", "violation"), condition=Q(decided_at__isnull=True), name="appeal_is_open_once"
            ),
            models.CheckConstraint(
                condition=Q(decision__isnull=True, decided_at__isnull=True)
                | Q(decision__in=("upheld", "dismissed", "withdrawn"), decided_at__isnull=False),
                name="appeal_decision_is_known",
            ),
        )
        indexes = (models.Index("client", "violation", name="appeal_by_violation"),)

    def __str__(self) -> str:
        return self.decision or "open"


class Notice(ClientOwned):
    """A mail or a letter that told the person. Without one, fees and collections can be unlawful."""

    MAIL = 1
    LETTER = 2

    violation = ClientForeignKey("violations.Violation")
    kind = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()
    address = models.TextField(default="")
    # Which notice of the client's schedule it was. Null: recorded by hand or taken over; it counts as the first.
    stage = models.PositiveSmallIntegerField(null=True)
    # Came back undelivered: it told nobody.
    returned_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notice"
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=(1, 2)), name="notice_kind_is_known"),
            models.CheckConstraint(condition=Q(stage__gte=1), name="notice_stage_is_positive"),
            # One that came back may be sent again.
            models.UniqueConstraint(
                fields=("client", "violation", "stage"),
                condition=Q(returned_at__isnull=True, stage__isnull=False),
                name="notice_stage_is_once",
            ),
        )
        indexes = (models.Index("client", "violation", name="notice_by_violation"),)

    def __str__(self) -> str:
        return f"notice of {self.sent_at:%Y-%m-%d}"
