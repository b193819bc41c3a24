"""Tokens: shown once, kept as a digest, belonging to one client and carrying permissions."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from curbledger.clients.client import Client
from curbledger.clients.codes import code_key
from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned
from curbledger.database.scope import client_scope
from curbledger.errors import AccessRefused, Invalid
from curbledger.kit import sql
from curbledger.kit.digest import sha256
from curbledger.permissions import TOKEN_PERMISSIONS, Permission

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

# 32 bytes of chance as 43 characters, which may be letters, digits and dashes only (contract: "Token").
_SECRET_BYTES = 32
# A token that is used all the time writes its last use once a minute, not with every call.
_USE_INTERVAL = timedelta(minutes=1)
_ADDRESS_LENGTH = 64

_QUERIES = sql.load("curbledger.clients", "token.sql")


class ApiToken(ClientOwned):
    """One token of a client."""

    name = models.CharField(max_length=200)
    permissions = ArrayField(models.CharField(max_length=40))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.CharField(max_length=_ADDRESS_LENGTH, default="")
    # The token whose secret this one's came after (rotate.py).
    replaces = ClientForeignKey("clients.ApiToken", null=True)

    class Meta:
        db_table = "api_token"
        constraints = (models.UniqueConstraint("client", "replaces", name="api_token_is_replaced_once"),)

    def __str__(self) -> str:
        return self.name

    def opens(self, at: datetime) -> bool:
        """Whether it opens anything at that moment."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


class TokenDigest(models.Model):
    """Which client a secret belongs to. Global: the client's scope can only be opened once this is known.

    No foreign key to the token, whose rows this table may not see; the two are written and removed together.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    client = models.ForeignKey(Client, models.CASCADE, related_name="+", db_index=False)
    token_id = models.BigIntegerField(unique=True)

    class Meta:
        db_table = "token_digest"

    def __str__(self) -> str:
        return self.digest[:8]


@dataclass(frozen=True, slots=True)
class Access:
    """What a token opens: one client, and some permissions in it."""

    client_id: int
    client_code: str
    client_name: str
    timezone: ZoneInfo
    currency: str
    token_id: int
    token_name: str
    permissions: frozenset[Permission]


def make_token(
    client: Client,
    *,
    name: str,
    permissions: Iterable[str],
    at: datetime,
    expires_at: datetime | None = None,
    replaces: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """A new token of the client and its secret, which is nowhere kept. In the client's scope.

    `permissions` are the wire's names, such as `violations-collect`. Raises Invalid for one it does not know.
    """
    wanted = list(dict.fromkeys(permissions))
    unknown = [permission for permission in wanted if permission not in TOKEN_PERMISSIONS]
    if unknown or not wanted:
        fault = f"There is no permission {unknown[0]}." if unknown else "A token needs a permission."
        raise Invalid(f"{fault} There are: {', '.join(TOKEN_PERMISSIONS)}.", field="permission")
    secret = secrets.token_urlsafe(_SECRET_BYTES).replace("_", "-")
    token = ApiToken.objects.create(
        client_id=client.pk, name=name, permissions=wanted, created_at=at, expires_at=expires_at, replaces=replaces
    )
    TokenDigest.objects.create(digest=sha256(secret.encode()), client_id=client.pk, token_id=token.pk)
    return token, secret


def authenticate(*, client_code: str, secret: str, at: datetime, address: str | None) -> Access:
    """What the secret opens at this client.

    Raises AccessRefused where the client or the token is unknown, where the token is another client's, has
    expired or was revoked: one answer for all, which tells nobody what exists.
    """
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES["client"], {"digest": sha256(secret.encode())})
        found = cursor.fetchone()
    if found is None:
        raise AccessRefused
    client_id, code, key, client_name, timezone, currency, token_id = found
    if key != code_key(client_code):
        raise AccessRefused
    with client_scope(client_id):
        name, permissions = _open(token_id, at=at, address=address or "")
    return Access(
        client_id=client_id,
        client_code=code,
        client_name=client_name,
        timezone=ZoneInfo(timezone),
        currency=currency,
        token_id=token_id,
        token_name=name,
        permissions=frozenset(TOKEN_PERMISSIONS[name] for name in permissions if name in TOKEN_PERMISSIONS),
    )


def _open(token_id: int, *, at: datetime, address: str) -> tuple[str, list[str]]:
    """Name and permissions of a token that is valid at that moment; notes that it was used."""
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES["token"], {"token": token_id})
        found = cursor.fetchone()
    if found is None:
        raise AccessRefused
    name, permissions, revoked_at, expires_at, last_used_at, last_used_from = found
    if revoked_at is not None or (expires_at is not None and expires_at <= at):
        raise AccessRefused
    if last_used_at is None or at - last_used_at >= _USE_INTERVAL or last_used_from != address[:_ADDRESS_LENGTH]:
        _note_use(token_id, at=at, address=address[:_ADDRESS_LENGTH])
    return name, permissions


def _note_use(token_id: int, *, at: datetime, address: str) -> None:
    # A lock that somebody else holds is not waited for: noting the use must never delay a call.
    taken = ApiToken.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=token_id)
    ApiToken.objects.filter(pk__in=taken.values("pk")).update(last_used_at=at, last_used_from=address)
