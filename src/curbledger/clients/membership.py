"""Who works for which client, as what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from curbledger.clients.client import Client
from curbledger.errors import Invalid
from curbledger.permissions import Role

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.user import User


class Membership(models.Model):
    """A user at their one client. Global: it says which scope to open once somebody has signed in."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="membership")
    client = models.ForeignKey(Client, models.PROTECT, related_name="+")
    role = models.CharField(max_length=30)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "membership"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="membership_role_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} is {self.role} at {self.client_id}"


def read_role(text: str) -> Role:
    """A role, with a space or an underscore for the dash and in any case. Raises Invalid."""
    wanted = "-".join(text.strip().lower().replace("_", " ").replace("-", " ").split())
    try:
        return Role(wanted)
    except ValueError:
        raise Invalid(f"There is no role {text!r}. There are: {', '.join(Role)}.", field="role") from None


def join(user: User, client: Client, *, role: Role, at: datetime) -> Membership:
    """Make a user a member of a client."""
    return Membership.objects.create(user=user, client=client, role=role, created_at=at)
