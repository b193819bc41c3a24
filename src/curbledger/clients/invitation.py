"""A link that lets somebody choose their own password: good once, for some days. Nobody else ever knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.tokens import default_token_generator
from django.utils.http import base36_to_int, int_to_base36
from django.utils.translation import gettext

from curbledger.clients.user import User, set_password
from curbledger.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet


def invitation_for(user: User) -> str:
    """What stands in the link. It is good for some days, until the password changes or somebody has signed in."""
    return f"{int_to_base36(user.pk)}-{default_token_generator.make_token(user)}"


def invited(invitation: str, *, users: Callable[[], QuerySet[User]] = User.objects.all) -> User:
    """Whom an invitation is for. Raises NotFound for one that is no good any more."""
    number, _, token = invitation.partition("-")
    try:
        user = users().filter(pk=base36_to_int(number), is_active=True).first()
    except (ValueError, OverflowError):
        user = None
    if user is None or not default_token_generator.check_token(user, token):
        raise NotFound(gettext("This link is no good any more. Ask your administrator for another one."))
    return user


def accept(invitation: str, password: str) -> User:
    """Choose the password. In a transaction. Raises NotFound, or Invalid for a password that is too easy."""
    # Who takes the same link up at the same time waits here, and finds it used.
    user = invited(invitation, users=User.objects.select_for_update)
    set_password(user, password)
    user.save(update_fields=["password"])
    return user
