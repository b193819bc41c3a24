"""Who works for which client, as what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext

from curbledger.clients.client import Client
from curbledger.clients.user import make_user, switch_user
from curbledger.errors import AccessRefused, Conflict, Invalid, NotFound
from curbledger.permissions import ROLE_PERMISSIONS, Role

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
        said = gettext("There is no role {text}. There are: {known}.")
        raise Invalid(said.format(text=repr(text), known=", ".join(Role)), field="role") from None


def join(user: User, client: Client, *, role: Role, at: datetime) -> Membership:
    """Make a user a member of a client."""
    return Membership.objects.create(user=user, client=client, role=role, created_at=at)


class LastAdministrator(Conflict):
    """The client would have no administrator who can sign in."""

    code = "last_administrator"


def invite(client: Client, *, email: str, name: str, role: Role, at: datetime) -> User:
    """A new member, who has yet to choose a password (invitation.py).

    Raises Invalid, or Taken for an address in use.
    """
    user = make_user(email=email, password=None, name=" ".join(name.split()), at=at)
    join(user, client, role=role, at=at)
    return user


def change_role(client: Client, user_id: int, *, role: Role, by: User) -> Membership:
    """Make a member something else. Whoever may do less from then on is signed out.

    Raises NotFound; AccessRefused where `by` is no administrator any more; Conflict for one's own role;
    LastAdministrator.
    """
    member = _lock(client, user_id, by=by, stays=role is Role.ADMINISTRATOR)
    demoted = not ROLE_PERMISSIONS[Role(member.role)] <= ROLE_PERMISSIONS[role]
    member.role = role
    member.save(update_fields=["role"])
    if demoted:
        member.user.end_sessions()
    return member


def switch_member(client: Client, user_id: int, *, active: bool, by: User) -> Membership:
    """Let a member sign in, or keep them out at once. Raises as `change_role`."""
    member = _lock(client, user_id, by=by, stays=active)
    switch_user(member.user, active=active)
    return member


def forget_password(client: Client, user_id: int, *, by: User) -> User:
    """Take a member's password away, and sign them out: they choose another one by an invitation.

    Raises as `change_role`. The last administrator stays one.
    """
    user = _lock(client, user_id, by=by, stays=True).user
    user.set_unusable_password()
    user.save(update_fields=["password"])
    return user


def _lock(client: Client, user_id: int, *, by: User, stays: bool) -> Membership:
    """The member, under lock with every administrator of the client; `stays`: an administrator remains one."""
    members = Membership.objects.select_related("user").filter(client=client)
    # Two administrators who demote each other wait here for one another: the second sees what the first has done.
    administrators = list(
        members.filter(role=Role.ADMINISTRATOR, user__is_active=True).select_for_update().order_by("pk")
    )
    if not by.is_system_administrator and by.pk not in {one.user_id for one in administrators}:
        raise AccessRefused
    if by.pk == user_id:
        raise Conflict(gettext("Nobody does this to themselves. Ask another administrator."))
    member = members.filter(user_id=user_id).select_for_update().first()
    if member is None:
        raise NotFound(gettext("There is no such member."))
    if not stays and [one.user_id for one in administrators] == [user_id]:
        raise LastAdministrator(gettext("They are the last administrator. Make somebody else one first."))
    return member
