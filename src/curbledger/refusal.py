"""How a call is refused: a code, its HTTP status, its message, and the one body (contract: "Errors").

Below every edge that speaks JSON, so that no two of them can tell a caller different things.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from django.http import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Meaning(NamedTuple):
    """What a code says, and the HTTP status it goes out with."""

    status: int
    message: str


MEANINGS: Mapping[int, Meaning] = {
    9000: Meaning(404, "Client Code is missing from the request."),
    9001: Meaning(401, "API Token is missing from the request."),
    9002: Meaning(403, "The supplied API token does not have permission to perform that request."),
    9003: Meaning(400, "Could not parse the request."),
    9004: Meaning(422, "End Time is a required field."),
    9005: Meaning(422, "The end time value is invalid."),
    9006: Meaning(422, "Plate is a required field."),
    9007: Meaning(422, "The start time value is invalid."),
    9008: Meaning(
        422,
        "Reference ID is required. On a new permit push, a reference id is returned. "
        "This is required for updates and deletes.",
    ),
    9009: Meaning(404, "Record not found."),
    9010: Meaning(422, "The Plate Type is required."),
    9011: Meaning(422, "The province or state is required."),
    9012: Meaning(409, "The vehicle is already in the database."),
    9013: Meaning(422, "A unique id is required."),
    9014: Meaning(422, "The login source is required."),
    9015: Meaning(422, "The login source is invalid."),
    9016: Meaning(422, "The user e-mail is required."),
    9017: Meaning(422, "The user's first name is required."),
    9018: Meaning(422, "The user's last name is required."),
    9019: Meaning(409, "The user's email address must be unique."),
    9020: Meaning(409, "The user's username must be unique."),
    9021: Meaning(422, "The vehicle's plate length exceeds 50 characters."),
    9022: Meaning(409, "A record already exists with the supplied details."),
    9030: Meaning(422, "The field's maximum number of characters was exceeded."),
    9031: Meaning(422, "The field is required."),
    9032: Meaning(422, "The field has a minimum number of characters."),
    9033: Meaning(422, "The field's value is invalid."),
    9099: Meaning(500, "The request could not be completed; nothing was changed."),
}
# The codes whose body names the field.
NAMES_FIELD = frozenset({9030, 9031, 9032, 9033})


class Refusal(Exception):
    """A call is refused with one of the contract's codes."""

    def __init__(
        self,
        code: int,
        detail: str = "",
        *,
        field: str | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        meaning = MEANINGS[code]
        self.code = code
        self.message = f"{meaning.message} {detail}".rstrip()
        self.field = field if code in NAMES_FIELD else None
        self.status = status or meaning.status
        self.headers = dict(headers or {})
        super().__init__(f"{code}: {self.message}")


def wrong_method(methods: Iterable[str], *, allow: str) -> Refusal:
    """A path was asked by a method that it has not. `allow` is its header."""
    return Refusal(9003, f"The method must be {' or '.join(methods)}.", status=405, headers={"Allow": allow})


def render(error: Refusal) -> HttpResponse:
    """The one body in which every refusal goes out."""
    body: dict[str, int | str] = {"ErrorCode": error.code, "ErrorMessage": error.message}
    if error.field is not None:
        body["ErrorField"] = error.field
    return HttpResponse(
        json.dumps(body, separators=(",", ":")),
        status=error.status,
        content_type="application/json",
        headers=error.headers,
    )
