"""What a claim places, and what it leaves."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from curbledger.database.scope import client_scope
from curbledger.placements.handoff import Asked, hand_over
from tests.cast import NOON, caller, issue

if TYPE_CHECKING:
    from curbledger.clients.client import Client


def _asked(town: Client) -> Asked:
    return Asked(
        client_id=town.pk, token_id=caller(town).token_id, token_name="t", remote_address="", user_agent="", path="p"
    )


def test_what_is_overdue_goes_once(town: Client) -> None:
    with client_scope(town.pk):
        issue(town)
    handoff = hand_over(_asked(town), at=NOON)
    assert (handoff.count, handoff.total) == (1, Decimal("50.00"))
    assert hand_over(_asked(town), at=NOON).count == 0
