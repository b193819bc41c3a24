"""A run of letters: one file to print, and who says that it was posted."""

from __future__ import annotations

from django.db import models

from curbledger.database.owned import ClientOwned


class LetterRun(ClientOwned):
    """Letters that are printed together. Only when somebody says that they were posted do they count as notices."""

    letters = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    posted_at = models.DateTimeField(null=True)
    posted_by = models.CharField(max_length=200, null=True)
    # Thrown away instead: its letters wait again.
    dropped_at = models.DateTimeField(null=True)
    dropped_by = models.CharField(max_length=200, null=True)

    class Meta:
        db_table = "letter_run"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(posted_at__isnull=True) | models.Q(dropped_at__isnull=True),
                name="letter_run_ends_once",
            ),
        )
        indexes = (models.Index("client", "id", name="letter_run_by_id"),)

    def __str__(self) -> str:
        return f"letter run {self.pk}"
