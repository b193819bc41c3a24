"""One decorator is the wire: it reads and checks a call, and a view is decode, one verb, encode.

    @endpoint(permission=Permission.PERMITS_WRITE, fields=(START, END, PLATE))
    def push(call: Call) -> HttpResponse: ...

Complaints come in the contract's order: path and method, parsing, token and permission, required fields, formats.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from curbledger.clients.token import authenticate
from curbledger.database.actor import Actor, acting
from curbledger.database.deadlocks import outlive_deadlocks
from curbledger.errors import AccessRefused
from curbledger.kit import clock
from curbledger.refusal import Refusal, render, wrong_method
from curbledger.throttle import refused_token
from curbledger.wire import cors
from curbledger.wire.body import parse
from curbledger.wire.errors import as_wire_error
from curbledger.wire.fields import NOTHING, decode
from curbledger.wire.incoming import read_body, read_idempotency_key, read_token, refuse_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from django.http import HttpRequest, HttpResponseBase

    from curbledger.clients.token import Access
    from curbledger.permissions import Permission
    from curbledger.wire.body import Json
    from curbledger.wire.fields import Field, Values

    View = Callable[["Call"], HttpResponseBase]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that may be made: read, checked, and somebody's."""

    access: Access
    values: Values
    body: Mapping[str, Json]
    raw: bytes
    captured: Mapping[str, str]
    idempotency_key: str | None
    remote_address: str | None
    user_agent: str
    request: HttpRequest
    at: datetime


@dataclass(frozen=True, eq=False)
class Endpoint:
    """A view as Django calls it, with what it declared, from which tests and documentation are made."""

    view: View
    permission: Permission
    fields: tuple[Field[Any], ...]
    methods: tuple[str, ...]
    token_names: tuple[str, ...]

    # The token is in the request itself; there is no cookie that another site could make a browser send.
    csrf_exempt: ClassVar[bool] = True

    def __call__(self, request: HttpRequest, client: str = "", **captured: str) -> HttpResponseBase:
        """Answer the request. Raises nothing: every way to fail has the one body."""
        if request.method == "OPTIONS":
            response: HttpResponseBase = cors.preflight(self.methods)
        else:
            response = self._answer(request, client, captured)
        cors.let_browsers_read(response)
        return response

    def _answer(self, request: HttpRequest, client: str, captured: Mapping[str, str]) -> HttpResponseBase:
        values = NOTHING
        try:
            call = self._receive(request, client, captured)
            values = call.values
            # Every view is one transaction. Two profiles that swap their addresses can lock each other out.
            with acting(Actor.TOKEN, call.access.token_name):
                return outlive_deadlocks(partial(self.view, call))
        except Exception as error:  # noqa: BLE001  The wire's edge: what nobody foresaw is logged, and answered too.
            return render(as_wire_error(error, spellings=values.spellings))

    def _receive(self, request: HttpRequest, client: str, captured: Mapping[str, str]) -> Call:
        raw = self._checked_body(request, client)
        at = clock.now()
        # A GET without a body is an ordinary one, whose token stands in its header.
        body = parse(raw) if raw or request.method != "GET" else {}
        address = request.META.get("REMOTE_ADDR") or None
        access = self._authenticate(request, body, client_code=client, address=address, at=at)
        if self.permission not in access.permissions:
            raise Refusal(9002)
        return Call(
            access=access,
            values=decode(self.fields, body),
            body=body,
            raw=raw,
            captured=captured,
            idempotency_key=read_idempotency_key(request),
            remote_address=address,
            user_agent=request.META.get("HTTP_USER_AGENT", ""),
            request=request,
            at=at,
        )

    def _checked_body(self, request: HttpRequest, client: str) -> bytes:
        """The bytes of the body, once path, method, content type and size are right."""
        raw = read_body(request)
        if not client:
            raise Refusal(9000)
        if request.method not in self.methods:
            raise wrong_method(self.methods, allow=cors.allow(self.methods))
        refuse_forms(request)
        if raw is None:
            raise Refusal(9030, "The body is larger than 1 MB.", status=413)
        return raw

    def _authenticate(
        self, request: HttpRequest, body: Mapping[str, Json], *, client_code: str, address: str | None, at: datetime
    ) -> Access:
        secret = read_token(request, body, self.token_names)
        if secret is not None:
            with suppress(AccessRefused):
                return authenticate(client_code=client_code, secret=secret, at=at, address=address)
        raise refused_token(address, at=at)


def endpoint(
    *,
    permission: Permission,
    fields: tuple[Field[Any], ...] = (),
    methods: tuple[str, ...] = ("POST",),
    token_names: tuple[str, ...] = ("apiToken",),
) -> Callable[[View], Endpoint]:
    """Make a view an endpoint of the wire. Its path captures `client`; what else it captures is in the call."""

    def decorate(view: View) -> Endpoint:
        return Endpoint(view, permission, fields, methods, token_names)

    return decorate
