"""Every verb that can change whether a violation goes out locks its row first; a claim does the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext

from curbledger.errors import NotFound
from curbledger.kit import sql
from curbledger.violations.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curbledger.clients.client import Client

_QUERIES = sql.load("curbledger.violations", "lock.sql")


def lock_violation(client: Client, ticket: str) -> Violation:
    """The violation of that number, locked until the scope ends. In the client's scope. Raises NotFound."""
    try:
        return Violation.objects.select_for_update(no_key=True).get(ticket=ticket)
    except Violation.DoesNotExist:
        raise no_ticket(client, ticket) from None


def no_ticket(client: Client, ticket: str) -> NotFound:
    """What to raise for a number that no ticket of the client has."""
    return NotFound(gettext("{client} has no ticket {ticket}.").format(client=client.code, ticket=ticket))


def lock_violations(ids: Iterable[int]) -> None:
    """Lock these until the scope ends, in the order of their ids. In the client's scope."""
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES["lock"], {"ids": sql.array(ids)})
