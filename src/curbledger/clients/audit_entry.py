"""What anybody changed: which row, by whom, when, old and new values. The database writes it itself (audit.sql)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from curbledger.database.actor import Actor
from curbledger.database.owned import ClientOwned

ACTS = ("added", "changed", "removed")


class AuditEntry(ClientOwned):
    """One change of one row; or the many rows that one statement brought in. The database refuses to change it.

    Points at its row by number and not by a foreign key: it outlives the row.
    """

    # When the transaction of the change began, on the database's clock.
    at = models.DateTimeField()
    by_kind = models.CharField(max_length=20)
    by_name = models.CharField(max_length=254)
    # The table, and the row's number. With `about_last`: `rows` rows, with numbers between the two.
    about = models.CharField(max_length=63)
    act = models.CharField(max_length=10)
    about_row = models.BigIntegerField()
    about_last = models.BigIntegerField(null=True)
    rows = models.PositiveIntegerField()
    # The ticket and the person that the row belongs to, or is.
    about_violation = models.BigIntegerField(null=True)
    about_person = models.BigIntegerField(null=True)
    # What people called the row then; empty where it had no name.
    label = models.CharField(max_length=200)
    # By column: the old value and the new one.
    changes = models.JSONField()

    class Meta:
        db_table = "audit_entry"
        constraints = (
            models.CheckConstraint(condition=Q(act__in=ACTS), name="audit_entry_act_is_known"),
            models.CheckConstraint(
                condition=Q(by_kind__in=[kind.value for kind in Actor]), name="audit_entry_actor_is_known"
            ),
        )
        # Newest first, a page at a time, by each thing that is asked for.
        indexes = (
            models.Index("client", "at", "id", name="audit_entry_by_time"),
            models.Index("client", "by_name", "at", "id", name="audit_entry_by_actor"),
            models.Index("client", "about", "at", "id", name="audit_entry_by_table"),
            models.Index(
                "client",
                "about_violation",
                "at",
                "id",
                condition=Q(about_violation__isnull=False),
                name="audit_entry_by_violation",
            ),
            models.Index(
                "client",
                "about_person",
                "at",
                "id",
                condition=Q(about_person__isnull=False),
                name="audit_entry_by_person",
            ),
            models.Index("client", "about", "id", condition=Q(about_last__isnull=False), name="audit_entry_of_many"),
        )

    def __str__(self) -> str:
        return f"{self.by_name} {self.act} {self.about} {self.about_row}"
