"""Every verb that can change whether a violation goes out locks its row first; a claim does the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curbledger.errors import NotFound
from curbledger.violations.violation import Violation

if TYPE_CHECKING:
    from curbledger.clients.client import Client


def lock_violation(client: Client, ticket: str) -> Violation:
    """The violation of that number, locked until the scope ends. In the client's scope. Raises NotFound."""
    try:
        return Violation.objects.select_for_update(no_key=True).get(ticket=ticket)
    except Violation.DoesNotExist:
        raise NotFound(f"{client.code} has no ticket {ticket}.") from None
