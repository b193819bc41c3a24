"""How long the bytes of a handoff are kept: the client's own setting. What is erased leaves count, total and digest."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, models
from django.utils.translation import gettext as _

from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned
from curbledger.database.scope import client_scope
from curbledger.errors import Invalid, NotFound
from curbledger.kit import sql

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.placements.batch import Revision

QUERIES = sql.load("curbledger.placements", "retention.sql")
# A century; longer than that is for ever.
MOST_DAYS = 36_500


class Erased(NotFound):
    """The bytes of this revision were erased."""

    code = "erased"


class Retention(ClientOwned):
    """One client's setting. Without a row, and with null, bytes are kept for ever."""

    days = models.PositiveIntegerField(null=True)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=200)

    class Meta:
        app_label = "placements"
        db_table = "retention"
        constraints = (models.UniqueConstraint(fields=("client",), name="retention_is_once"),)

    def __str__(self) -> str:
        return "for ever" if self.days is None else f"{self.days} days"


class Erasure(ClientOwned):
    """The bytes of one revision were erased. They cannot be made again: what a ticket says has moved on since."""

    revision = ClientForeignKey("placements.Revision")
    erased_at = models.DateTimeField()

    class Meta:
        app_label = "placements"
        db_table = "batch_erasure"
        constraints = (models.UniqueConstraint(fields=("client", "revision"), name="erasure_is_once"),)

    def __str__(self) -> str:
        return f"revision {self.revision_id}"


def retention_days() -> int | None:
    """How many days bytes are kept after delivery; None: for ever. In the client's scope."""
    return Retention.objects.values_list("days", flat=True).first()


def change_retention(client_id: int, *, days: int | None, at: datetime, by: str) -> None:
    """Keep bytes for so many days after delivery, or (None) for ever. In the client's scope. Raises Invalid."""
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise Invalid(_("Bytes are kept for 1 to {most} days, or for ever.").format(most=MOST_DAYS), field="days")
    Retention.objects.update_or_create(client_id=client_id, defaults={"days": days, "changed_at": at, "changed_by": by})


def refuse_erased(revision: Revision) -> None:
    """Raise Erased where the revision's bytes were erased. In the client's scope."""
    erased = Erasure.objects.filter(revision_id=revision.pk).first()
    if erased is not None:
        raise Erased(
            _(
                "The bytes of revision {revision} were erased on {day}, as the client keeps them for a time only. "
                "Count, total, digest and the evidence of every placement are still there."
            ).format(revision=revision.number, day=f"{erased.erased_at:%Y-%m-%d}")
        )


def erase_old(client_id: int, *, at: datetime) -> int:
    """Erase what the client's setting no longer keeps. Returns of how many batches. A transaction for each."""
    with client_scope(client_id):
        days = retention_days()
        if days is None:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(QUERIES["old_batches"], {"before": at - timedelta(days=days)})
            batches = [row[0] for row in cursor.fetchall()]
    return sum(_erase(client_id, batch, at=at) for batch in batches)


def _erase(client_id: int, batch: int, *, at: datetime) -> bool:
    with client_scope(client_id), connection.cursor() as cursor:
        cursor.execute(QUERIES["lock"], {"batch": batch})
        if cursor.fetchone() is None:
            return False
        cursor.execute(QUERIES["note"], {"batch": batch, "at": at})
        cursor.execute(QUERIES["erase"], {"batch": batch})
    return True
