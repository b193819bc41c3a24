"""Guessing tokens is slowed down; using one never is (contract: "Throttling"). All edges count together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curbledger.clients.attempt import MINUTE, record_failed_attempt
from curbledger.refusal import Refusal

if TYPE_CHECKING:
    from datetime import datetime

FAILURES_A_MINUTE = 20


def refused_token(address: str | None, *, at: datetime) -> Refusal:
    """What a token that opens nothing is answered, counting it."""
    if record_failed_attempt(address or "", at=at) <= FAILURES_A_MINUTE:
        return Refusal(9002)
    return Refusal(9002, status=429, headers={"Retry-After": str(int(MINUTE.total_seconds()))})
