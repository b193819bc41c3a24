"""Revoke a token: from then on it opens nothing. Its row stays, for the records name it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from curbledger.clients.token import ApiToken
from curbledger.errors import Conflict, NotFound

if TYPE_CHECKING:
    from datetime import datetime


def revoke_token(token_id: int, *, at: datetime) -> ApiToken:
    """Revoke the token of that id. In the client's scope. Raises NotFound; Conflict for one revoked already."""
    # The row count decides between two who revoke it at once.
    revoked = ApiToken.objects.filter(pk=token_id, revoked_at__isnull=True).update(revoked_at=at)
    token = ApiToken.objects.filter(pk=token_id).first()
    if token is None:
        raise NotFound(gettext("There is no token {number}.").format(number=token_id))
    if not revoked:
        day = f"{token.revoked_at:%Y-%m-%d}"
        raise Conflict(gettext("Token {number} was revoked already, on {day}.").format(number=token_id, day=day))
    return token
