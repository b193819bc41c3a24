"""Do not ticket or tow: a plate, or whatever a person drives, is left alone for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned
from curbledger.errors import Invalid, NotFound
from curbledger.permits.marked import ON_ONE_THING, Marked

if TYPE_CHECKING:
    from datetime import datetime


class DoNotTicket(ClientOwned):
    """One entry. `notes` says why, or what is allowed; `location` where."""

    plate = models.CharField(max_length=50, null=True)
    plate_key = models.CharField(max_length=50, null=True)
    person = ClientForeignKey("registry.Person", null=True)
    location = models.CharField(max_length=200, default="")
    notes = models.TextField(default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "do_not_ticket"
        constraints = (
            models.CheckConstraint(condition=ON_ONE_THING, name="do_not_ticket_is_on_one_thing"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="do_not_ticket_ends_after_its_start"),
        )
        indexes = (
            models.Index(fields=("client", "plate_key"), name="do_not_ticket_by_plate"),
            models.Index(fields=("client", "person"), name="do_not_ticket_by_person"),
        )

    def __str__(self) -> str:
        return f"do not ticket {self.plate or self.person_id}"


def leave_alone(
    client_id: int,
    whom: Marked,
    *,
    starts_at: datetime,
    ends_at: datetime,
    location: str = "",
    notes: str = "",
    at: datetime,
) -> DoNotTicket:
    """Leave a plate or a person alone until `ends_at`. In the client's scope. Raises Invalid, NotFound."""
    if ends_at <= starts_at:
        raise Invalid("It ends after it starts.", field="end")
    return DoNotTicket.objects.create(
        client_id=client_id,
        **whom.columns(),
        location=location,
        notes=notes,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=at,
    )


def stop_leaving_alone(entry_id: int) -> None:
    """Take an entry away. In the client's scope. Raises NotFound."""
    # The row count decides between two who take it away at once.
    removed, _ = DoNotTicket.objects.filter(pk=entry_id).delete()
    if not removed:
        raise NotFound(f"There is no do-not-ticket entry {entry_id}.")
