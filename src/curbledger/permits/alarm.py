"""Alarms: what an officer is told who comes upon a plate, or upon what a person drives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned
from curbledger.errors import Invalid, NotFound
from curbledger.permits.marked import ON_ONE_THING, Marked

if TYPE_CHECKING:
    from datetime import datetime

RAISED = Q(cleared_at__isnull=True)


class Alarm(ClientOwned):
    """One alarm, which stands until it is cleared."""

    plate = models.CharField(max_length=50, null=True)
    plate_key = models.CharField(max_length=50, null=True)
    person = ClientForeignKey("registry.Person", null=True)
    text = models.TextField()
    raised_at = models.DateTimeField(db_default=Now())
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "alarm"
        constraints = (models.CheckConstraint(condition=ON_ONE_THING, name="alarm_is_on_one_thing"),)
        indexes = (
            models.Index(fields=("client", "plate_key"), condition=RAISED, name="alarm_by_plate"),
            models.Index(fields=("client", "person"), condition=RAISED, name="alarm_by_person"),
        )

    def __str__(self) -> str:
        return self.text


def raise_alarm(client_id: int, on: Marked, *, text: str, at: datetime) -> Alarm:
    """Tell officers of a plate or a person. In the client's scope. Raises Invalid, NotFound."""
    if not text.strip():
        raise Invalid("An alarm says something.", field="text")
    return Alarm.objects.create(client_id=client_id, **on.columns(), text=text.strip(), raised_at=at)


def clear_alarm(alarm_id: int, *, at: datetime) -> None:
    """End an alarm. In the client's scope. Raises NotFound, also for one that was cleared already."""
    # The row count decides between two who clear it at once.
    if not Alarm.objects.filter(RAISED, pk=alarm_id).update(cleared_at=at):
        raise NotFound(f"There is no alarm {alarm_id}.")
