"""Another secret for what a token is for: the new one opens at once, the old one for some hours more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from curbledger.clients.token import ApiToken, make_token
from curbledger.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client

# A month: whoever needs longer has forgotten it.
MOST_HOURS = 744
# What a line of descent shows.
_LONGEST = 100


def rotate_token(client: Client, token_id: int, *, keep_hours: int, at: datetime) -> tuple[ApiToken, str]:
    """A token that does what that one does, and its secret. In the client's scope.

    The old one opens for `keep_hours` more, or until it would have ended anyway. A new one lives as long as the old one
    was to. Raises NotFound; Conflict for one that opens nothing any more or was rotated before; Invalid.
    """
    if not 0 <= keep_hours <= MOST_HOURS:
        raise Invalid(gettext("Take from 0 to {most} hours.").format(most=MOST_HOURS), field="keep_hours")
    # Who rotates it at the same time waits here, and finds it rotated.
    old = ApiToken.objects.select_for_update(no_key=True).filter(pk=token_id).first()
    if old is None:
        raise NotFound(gettext("There is no such token."))
    if not old.opens(at):
        raise Conflict(gettext("This token opens nothing any more. Make another one."))
    if ApiToken.objects.filter(replaces_id=old.pk).exists():
        raise Conflict(gettext("This token was rotated before. Rotate the one that came after it."))
    lives = None if old.expires_at is None else at + (old.expires_at - old.created_at)
    made = make_token(client, name=old.name, permissions=old.permissions, at=at, expires_at=lives, replaces=old)
    ends = at + timedelta(hours=keep_hours)
    ApiToken.objects.filter(pk=old.pk).update(expires_at=ends if old.expires_at is None else min(ends, old.expires_at))
    return made


def line_of(token: ApiToken) -> list[ApiToken]:
    """The token, those that came after it and those before it, newest first. In the client's scope."""
    line = [token]
    while len(line) < _LONGEST and (after := ApiToken.objects.filter(replaces_id=line[0].pk).first()):
        line.insert(0, after)
    while len(line) < _LONGEST and (before := line[-1].replaces) is not None:
        line.append(before)
    return line
