"""People who work for a client, and their browsers."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from django.test import Client as Browser

from curbledger.clients.membership import join, read_role
from curbledger.clients.user import User, make_user
from tests.cast import NOON

if TYPE_CHECKING:
    from curbledger.clients.client import Client

PASSWORD = "three quiet herons"
_numbers = itertools.count(1)


def staff(client: Client | None, role: str = "clerk", email: str | None = None, **columns: str) -> User:
    """A user: a member of the client; of none, a system administrator."""
    email = email or f"{role}-{next(_numbers)}@example.org"
    user = make_user(email=email, password=PASSWORD, at=NOON, system_administrator=client is None, **columns)
    if client is not None:
        join(user, client, role=read_role(role), at=NOON)
    return user


def signed_in(client: Client | None, role: str = "clerk", **columns: str) -> Browser:
    """The browser of somebody who has signed in."""
    browser = Browser(raise_request_exception=False)
    browser.force_login(staff(client, role, **columns))
    return browser
