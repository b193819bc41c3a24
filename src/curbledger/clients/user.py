"""A person who signs in to the staff pages. Global: nobody knows whose member it is before it has signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from curbledger.database.constraints import named_errors
from curbledger.errors import Invalid, NotFound

if TYPE_CHECKING:
    from datetime import datetime


class Users(BaseUserManager["User"]):
    """Finds people by e-mail address, in any case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """What Django's sign-in asks for."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """One sign-in. The address is kept in lower case, and is what people type."""

    email = models.CharField(max_length=254, unique=True)
    name = models.CharField(max_length=200, default="")
    # As chosen on the pages; empty: as the browser asks.
    language = models.CharField(max_length=10, default="")
    is_active = models.BooleanField(default=True)
    # Belongs to no client, and picks one after signing in.
    is_system_administrator = models.BooleanField(default=False)
    # How often all sessions were ended at once; part of what a session is good by.
    sessions_ended = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    objects = Users()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "staff_user"
        constraints = (models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_low"),)

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must carry to be good: it changes with the password, and when sessions are ended."""
        counted = f"{self.password}:{self.sessions_ended}"
        return salted_hmac("curbledger.clients.user", counted, secret=secret, algorithm="sha256").hexdigest()

    def end_sessions(self) -> None:
        """Sign this person out, everywhere."""
        User.objects.filter(pk=self.pk).update(sessions_ended=models.F("sessions_ended") + 1)


def make_user(
    *,
    email: str,
    password: str | None,
    at: datetime,
    name: str = "",
    language: str = "",
    system_administrator: bool = False,
) -> User:
    """A new sign-in; without a password nobody gets in with it before an invitation is taken up (invitation.py).

    Raises Invalid for an address or a password that cannot be, and Taken for an address in use.
    """
    kept = email.strip().lower()
    try:
        validate_email(kept)
    except ValidationError:
        raise Invalid(gettext("{text} is no e-mail address.").format(text=repr(email)), field="email") from None
    user = User(email=kept, name=name, language=language, is_system_administrator=system_administrator, created_at=at)
    if password is None:
        user.set_unusable_password()
    else:
        set_password(user, password)
    with named_errors():
        user.save(force_insert=True)
    return user


def set_password(user: User, password: str) -> None:
    """Give a user another password; it is not saved yet. Raises Invalid for one that is too easy."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="password") from None
    user.set_password(password)


def switch_user(user: User, *, active: bool) -> None:
    """Let somebody in, or keep them out at once, in every session."""
    User.objects.filter(pk=user.pk).update(is_active=active)
    user.is_active = active
    if not active:
        user.end_sessions()


def find_user(email: str) -> User:
    """The user of that address. Raises NotFound."""
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        raise NotFound(f"Nobody signs in as {email}.") from None
