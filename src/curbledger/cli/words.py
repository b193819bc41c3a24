"""What several commands say in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curbledger.kit import money

if TYPE_CHECKING:
    from decimal import Decimal

    from curbledger.clients.client import Client


def heap(count: int, total: Decimal, client: Client) -> str:
    """So many violations, and what they owe together: `1 violation, 50.00 CAD`."""
    return f"{count} {'violation' if count == 1 else 'violations'}, {money.show(total, client.currency)}"
