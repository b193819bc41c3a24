"""A browser that calls with a token, and a town that handed something over."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client as Browser

from curbledger.placements.batch import BatchState
from curbledger.placements.deliver import answer, settle
from curbledger.placements.handoff import Asked, hand_over
from curbledger.placements.sending import Handoff
from tests import cast

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from curbledger.clients.client import Client


@dataclass
class Agency:
    """An agency's program: it calls, with its token."""

    client: Client
    caller: cast.Caller
    browser: Browser

    def get(self, path: str, code: str = "OC_TOMA", **headers: str) -> HttpResponse:
        asked = {"Authorization": f"Bearer {self.caller.secret}", **headers}
        return self.browser.get(f"/api/{code}/v1/collections/{path}", headers=asked)  # type: ignore[return-value]

    def json(self, path: str) -> Any:
        response = self.get(path)
        assert response.status_code == 200, response.content
        return json.loads(response.content)

    def refusal(self, path: str, code: str = "OC_TOMA", **headers: str) -> tuple[int, int, str | None]:
        """Status, code and field; the body is asserted to be the one body."""
        return told(self.get(path, code, **headers))

    def collect(self, at: datetime = cast.NOON, *, arrives: bool = True) -> tuple[Handoff, bytes]:
        """The call of the contract, without a server."""
        asked = Asked(
            client_id=self.client.pk,
            token_id=self.caller.token_id,
            token_name="agency's own",
            remote_address="203.0.113.9",
            user_agent="receiver/1",
            path="p",
        )
        handoff = hand_over(asked, at=at)
        body = b"".join(answer(handoff.revision))
        settle(handoff, BatchState.DELIVERED if arrives else BatchState.UNDELIVERED, "as the test wanted")
        return handoff, body


def told(response: HttpResponse) -> tuple[int, int, str | None]:
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    body = json.loads(response.content)
    assert set(body) - {"ErrorField"} == {"ErrorCode", "ErrorMessage"}
    return response.status_code, body["ErrorCode"], body.get("ErrorField")


@pytest.fixture
def agency(town: Client) -> Agency:
    return Agency(town, cast.caller(town), Browser(raise_request_exception=False))


@pytest.fixture
def rival(town: Client) -> Agency:
    """Another agency of the same town."""
    return Agency(town, cast.caller(town, agency="Rival"), Browser(raise_request_exception=False))


def amount(text: str) -> Decimal:
    assert isinstance(text, str)
    return Decimal(text)
