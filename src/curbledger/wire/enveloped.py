"""An endpoint of another style: the client stands in the body, and every answer in an envelope.

    {"error": 0, "data": {…}, "message": ""}

A refusal has its code as `error`, its usual message and HTTP status, and null as `data`. It is all else an endpoint.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, JsonResponse

from curbledger.refusal import Refusal
from curbledger.wire.body import Number
from curbledger.wire.endpoint import Call, Endpoint
from curbledger.wire.fields import Field
from curbledger.wire.kinds import TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.http import HttpRequest, HttpResponseBase

    from curbledger.clients.token import Access
    from curbledger.wire.body import Json

CLIENT = Field(
    "client",
    ("client",),
    TEXT,
    required=True,
    required_code=9000,
    description="The client's code. Case does not count, and `-` is `_`.",
)
_IN_THE_BODY = "-"
_OK = 200


class Enveloped(Endpoint):
    """A view whose path names no client. Among its fields is CLIENT."""

    def _receive(self, request: HttpRequest, client: str, captured: Mapping[str, str]) -> Call:
        # Whose call it is will be known once the body is parsed; a path without a client is right here.
        return super()._receive(request, client or _IN_THE_BODY, captured)

    def _authenticate(
        self, request: HttpRequest, body: Mapping[str, Json], *, client_code: str, address: str | None, at: datetime
    ) -> Access:
        del client_code
        return super()._authenticate(request, body, client_code=_client_of(body), address=address, at=at)

    def _answer(self, request: HttpRequest, client: str, captured: Mapping[str, str]) -> HttpResponseBase:
        answer = super()._answer(request, client, captured)
        return answer if answer.status_code == _OK or not isinstance(answer, HttpResponse) else _refusal(answer)


def envelop(data: Mapping[str, Any]) -> HttpResponse:
    """What is answered when all is well."""
    return JsonResponse({"error": 0, "data": data, "message": ""})


def _client_of(body: Mapping[str, Json]) -> str:
    """The client's code, as it is missed where a path has none: before the token is."""
    _, given = CLIENT.given(body)
    if given in (None, ""):
        raise Refusal(CLIENT.required_code)
    text = given.text if isinstance(given, Number) else given
    # No client has the code of what is no text, and this is told as for any code that nobody has.
    return text if isinstance(text, str) else _IN_THE_BODY


def _refusal(answer: HttpResponse) -> HttpResponse:
    refused = json.loads(answer.content)
    body = {"error": refused.pop("ErrorCode"), "data": None, "message": refused.pop("ErrorMessage"), **refused}
    headers = {name: value for name, value in answer.headers.items() if name != "Content-Type"}
    return JsonResponse(body, status=answer.status_code, headers=headers)
