"""Call an endpoint of the wire by its path, as an integrator does, and look at what it left behind."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.test import Client as Browser

from curbledger.database.scope import client_scope
from curbledger.refusal import MEANINGS, NAMES_FIELD
from curbledger.registry.models import Colour, LoginSource, LookupCounter, Make, Person, Vehicle, VehicleType
from tests import cast

if TYPE_CHECKING:
    from curbledger.clients.client import Client

# The contract's own, word for word.
SAMPLES: dict[str, Any] = json.loads(
    files("curbledger.wire").joinpath("contract/samples.json").read_text(encoding="utf-8")
)
PERMISSIONS = ("profile-push", "vehicle-push")
_PUSHED = (Person, Vehicle, Make, Colour, VehicleType, LookupCounter, LoginSource)


@dataclass(frozen=True, slots=True)
class Integrator:
    """Somebody with a token."""

    client: Client
    secret: str

    @staticmethod
    def path_of(code: str, path: str) -> str:
        """The whole path: one that begins with a slash is whole already."""
        return path if path.startswith("/") else f"/api/{code}/v1/{path}"

    def call(self, path: str, body: object, **headers: Any) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer, which must be the wire's."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = Browser(raise_request_exception=False).generic(
            "POST", self.path_of(self.client.code, path), content, content_type="application/json", **headers
        )
        assert sent["Content-Type"] == "application/json"
        assert sent["Access-Control-Allow-Origin"] == "*"
        answer: dict[str, Any] = json.loads(sent.content)
        if sent.status_code != 200:
            check_refusal(sent.status_code, answer)
        return sent.status_code, answer

    def push(self, path: str, **body: object) -> tuple[int, dict[str, Any]]:
        """The same, with the token in the body."""
        return self.call(path, {"apiToken": self.secret, **body})


def integrator(client: Client, *permissions: str) -> Integrator:
    """A new token of the client."""
    return Integrator(client, cast.caller(client, *(permissions or PERMISSIONS)).secret)


def check_refusal(status: int, answer: dict[str, Any]) -> None:
    """A refusal is one of the contract's, to the letter."""
    code = answer["ErrorCode"]
    assert isinstance(code, int)
    assert answer["ErrorMessage"].startswith(MEANINGS[code].message)
    assert status == MEANINGS[code].status
    assert list(answer) == ["ErrorCode", "ErrorMessage", *(["ErrorField"] if code in NAMES_FIELD else [])]


def told(answer: tuple[int, dict[str, Any]]) -> tuple[int, int, str | None]:
    """Status, code and field of a refusal."""
    status, body = answer
    return status, body["ErrorCode"], body.get("ErrorField")


def everything(client: Client) -> list[list[tuple[Any, ...]]]:
    """Every row that a push may touch."""
    with client_scope(client.pk), connection.cursor() as cursor:
        rows = []
        for model in _PUSHED:
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY id")
            rows.append(cursor.fetchall())
        return rows
