"""What was done to a ticket that leaves no row of its own: by whom, when and why. Rows are added, never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned
from curbledger.errors import Invalid

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.violations.violation import Violation

KINDS = ("issued", "spoiled", "cancelled", "warned", "linked", "reversed", "new_cycle")


class Act(ClientOwned):
    """One act on one ticket. `about` is the payment that was reversed, or the person it was linked to."""

    violation = ClientForeignKey("violations.Violation")
    kind = models.CharField(max_length=20)
    done_at = models.DateTimeField()
    done_by = models.CharField(max_length=254)
    reason = models.TextField(default="")
    about = models.BigIntegerField(null=True)

    class Meta:
        db_table = "violation_act"
        constraints = (models.CheckConstraint(condition=Q(kind__in=KINDS), name="act_kind_is_known"),)
        indexes = (models.Index("client", "violation", name="act_by_violation"),)

    def __str__(self) -> str:
        return f"{self.kind} by {self.done_by}"


def note_act(
    violation: Violation, kind: str, *, at: datetime, by: str, reason: str = "", about: int | None = None
) -> None:
    """Write an act down, in the transaction of the act."""
    Act.objects.create(
        client_id=violation.client_id,
        violation_id=violation.pk,
        kind=kind,
        done_at=at,
        done_by=by,
        reason=reason,
        about=about,
    )


def check_reason(reason: str, what: str) -> str:
    """The reason as it is kept. Raises Invalid where there is none."""
    kept = reason.strip()
    if not kept:
        raise Invalid(_("{what} needs a reason.").format(what=what), field="reason")
    return kept
