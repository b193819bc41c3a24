"""The rule's answers, in short: what `judge` says of one violation, and ways to change what it judges by."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from curbledger.clients.client import Client
from curbledger.clients.policy import change_policy
from curbledger.violations.models import Hold, Violation
from curbledger.violations.overdue import QUERIES, rule_for
from tests.cast import NOON

TORONTO = ZoneInfo("America/Toronto")


class Verdict(NamedTuple):
    """What is owed, and why it stays; no reasons: it goes."""

    owed: Decimal
    reasons: tuple[str, ...]
    holds: list[dict[str, Any]] | None


def judge(client: Client, ids: list[int], *, at: datetime) -> dict[int, Verdict]:
    """What the rule says of each. In the client's scope."""
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["judge"], rule_for(client, at=at).parameters(ids))
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["id"]: Verdict(row["owed"], tuple(row["reasons"]), row["holds"]) for row in rows}


def reasons(client: Client, violation: Violation, *, at: datetime = NOON) -> tuple[str, ...]:
    """Why it stays."""
    return judge(client, [violation.pk], at=at)[violation.pk].reasons


def owed(client: Client, violation: Violation, *, at: datetime = NOON) -> str:
    """What the rule says is owed, as it is written."""
    return str(judge(client, [violation.pk], at=at)[violation.pk].owed)


def policy(client: Client, **changes: Any) -> None:
    """Put a policy with these changes in force."""
    change_policy(client_id=client.pk, at=NOON, by="test", **changes)


def move_to(client: Client, zone: str) -> None:
    """Let the client be elsewhere."""
    client.timezone = zone
    client.save(update_fields=["timezone"])


def hold(client: Client, **columns: Any) -> Hold:
    """A hold since long ago, unless told otherwise."""
    return Hold.objects.create(
        client_id=client.pk,
        **{
            "kind": "dispute",
            "reason": "The plate was read wrong.",
            "placed_by": "test",
            "starts_at": datetime(2026, 1, 1, tzinfo=TORONTO),
            # Before all of its possible beginnings: one that begins later was put off, and waits for its moment.
            "created_at": datetime(2020, 1, 1, tzinfo=TORONTO),
            **columns,
        },
    )


def local(day: date | str, clock: str = "12:00", zone: str = "America/Toronto") -> datetime:
    """A moment as people there say it."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(zone))
