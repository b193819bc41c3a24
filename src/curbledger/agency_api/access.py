"""Who calls: a bearer token of the client in the path, that may collect, and the agency it collects for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ninja.security import HttpBearer

from curbledger.clients.client import Client
from curbledger.clients.token import Access, authenticate
from curbledger.database.actor import Actor, identify
from curbledger.errors import AccessRefused
from curbledger.kit import clock
from curbledger.permissions import Permission
from curbledger.refusal import Refusal
from curbledger.throttle import refused_token

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

PERMISSION = Permission.VIOLATIONS_COLLECT
_TOKEN = re.compile(r"[A-Za-z0-9-]{1,50}\Z")


@dataclass(frozen=True, slots=True)
class Caller:
    """A token that may collect, and when it called."""

    access: Access
    at: datetime

    @property
    def client(self) -> Client:
        """The client whose rows it may see."""
        return Client.objects.get(pk=self.access.client_id)


class Bearer(HttpBearer):
    """The Authorization header, as the API's description names it."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Who that is; None where there is no token. Raises Refusal."""
        secret = token.strip()
        if not secret:
            return None
        at = clock.now()
        address = request.META.get("REMOTE_ADDR") or ""
        match = request.resolver_match
        code = str(match.kwargs["client"]) if match else ""
        if not _TOKEN.match(secret):
            raise refused_token(address, at=at)
        try:
            access = authenticate(client_code=code, secret=secret, at=at, address=address)
        except AccessRefused:
            raise refused_token(address, at=at) from None
        if PERMISSION not in access.permissions:
            raise Refusal(9002)
        identify(Actor.TOKEN, access.token_name)
        return Caller(access, at)


def caller_of(request: HttpRequest) -> Caller:
    """Who was let in."""
    return cast("Caller", request.auth)  # type: ignore[attr-defined]  # ninja puts it there
