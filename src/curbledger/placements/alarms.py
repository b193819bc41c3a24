"""What needs a person's attention about a client's handoffs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from curbledger.kit import sql
from curbledger.placements.claim import DID_NOT_ARRIVE
from curbledger.violations.overdue import OPEN_DEBT

if TYPE_CHECKING:
    from collections.abc import Iterator

QUERIES = sql.load("curbledger.placements", "alarms.sql")
_UNDELIVERED = QUERIES["undelivered"].format(did_not_arrive=DID_NOT_ARRIVE)
_CONTRADICTING = QUERIES["contradicting"].format(open_debt=OPEN_DEBT)


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is stuck, and what to do about it."""

    what: str
    hint: str


def alarms() -> Iterator[Alarm]:
    """Everything that is stuck. In the client's scope."""
    with connection.cursor() as cursor:
        cursor.execute(_UNDELIVERED, {"stale": settings.CURBLEDGER.deliverer_stale})
        count, since = cursor.fetchone()
        if count:
            yield Alarm(
                f"{count} batches did not arrive, the oldest of {since:%Y-%m-%d %H:%M} UTC.",
                "The agency's next call takes the oldest up again. Ask the agency why it has not called.",
            )
        cursor.execute(QUERIES["set_aside"])
        count, ticket = cursor.fetchone()
        if count:
            yield Alarm(
                f"{count} violations could not be printed and are set aside, ticket {ticket} among them.",
                "`curbledger explain` says what is wrong with each. Mend it, and release the hold.",
            )
        cursor.execute(_CONTRADICTING)
        count, ticket = cursor.fetchone()
        if count:
            yield Alarm(
                f"{count} violations were handed over, but are not marked as sent, ticket {ticket} among them.",
                "They stay out of every batch. Somebody changed the mark by hand: set it again.",
            )
