"""Tokens that collect: made and rotated together with the agency that they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from curbledger.clients.rotate import rotate_token
from curbledger.clients.token import make_token
from curbledger.errors import Invalid
from curbledger.permissions import TOKEN_PERMISSIONS, Permission
from curbledger.placements.agency import AgencyToken, bind_token, name_agency

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from curbledger.clients.client import Client
    from curbledger.clients.token import ApiToken


def open_token(
    client: Client,
    *,
    name: str,
    permissions: Iterable[str],
    at: datetime,
    agency: str | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """A token and its secret; for an agency, made if it is new, where it collects or one is named.

    In the client's scope. Raises Invalid as `make_token`, and for an end that is over; Conflict where it collects, no
    agency is named and there are several.
    """
    if expires_at is not None and expires_at <= at:
        raise Invalid(gettext("A token ends later than now."), field="expires_at")
    token, secret = make_token(client, name=name, permissions=permissions, at=at, expires_at=expires_at)
    collects = any(TOKEN_PERMISSIONS[one] is Permission.VIOLATIONS_COLLECT for one in token.permissions)
    if collects or agency is not None:
        found = name_agency(client_id=client.pk, name=agency, at=at)
        bind_token(client_id=client.pk, token_id=token.pk, agency=found)
    return token, secret


def renew_token(client: Client, token_id: int, *, keep_hours: int, at: datetime) -> tuple[ApiToken, str]:
    """Rotate a token; the new one is for the same agency. In the client's scope. Raises as `rotate_token`."""
    token, secret = rotate_token(client, token_id, keep_hours=keep_hours, at=at)
    bound = AgencyToken.objects.filter(token_id=token_id).select_related("agency").first()
    if bound is not None:
        bind_token(client_id=client.pk, token_id=token.pk, agency=bound.agency)
    return token, secret
