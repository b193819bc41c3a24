"""Ways to hand over in tests: call as an agency does, read what it gets, let it arrive or break."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection

from curbledger.database.scope import client_scope
from curbledger.placements.batch import Batch, BatchState, Placement
from curbledger.placements.deliver import answer, settle
from curbledger.placements.deliverer import Deliverer
from curbledger.placements.handoff import Asked, hand_over
from curbledger.placements.sending import Handoff
from curbledger.violations.models import Violation
from tests import cast
from tests.cast import NOON

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from curbledger.clients.client import Client
    from tests.cast import Caller


def asked(client: Client, who: Caller | None = None, *, key: str | None = None, fingerprint: str = "f") -> Asked:
    """A call of the agency's, by default with a new token of its only agency."""
    return Asked(
        client_id=client.pk,
        token_id=(who or cast.caller(client)).token_id,
        token_name="nightly",
        remote_address="192.0.2.7",
        user_agent="puller/2",
        path="violations/send_overdue_to_collections",
        idempotency_key=key,
        fingerprint=fingerprint,
    )


def call(client: Client, who: Caller | None = None, *, at: datetime = NOON, **how: Any) -> Handoff:
    """What the agency's call claims. Nothing is sent yet."""
    return hand_over(asked(client, who, **how), at=at)


def body(handoff: Handoff) -> bytes:
    """The whole answer, byte for byte."""
    return b"".join(answer(handoff.revision))


def records(handoff: Handoff) -> list[dict[str, Any]]:
    """The records of the whole answer, amounts exact."""
    found: list[dict[str, Any]] = json.loads(body(handoff), parse_float=Decimal)["records"]
    return found


def tickets(handoff: Handoff) -> list[str]:
    """The tickets of the whole answer, in its order."""
    return [record["Ticket"] for record in records(handoff)]


def arrive(handoff: Handoff) -> None:
    """The agency read it to the end."""
    settle(handoff, BatchState.DELIVERED, "the agency closed the connection in order")


def break_off(handoff: Handoff) -> None:
    """The agency hung up."""
    settle(handoff, BatchState.UNDELIVERED, "the connection was reset")


def arrived(client: Client, who: Caller | None = None, **how: Any) -> Handoff:
    """A call whose answer arrived."""
    handoff = call(client, who, **how)
    arrive(handoff)
    return handoff


def broken(client: Client, who: Caller | None = None, **how: Any) -> Handoff:
    """A call whose answer broke."""
    handoff = call(client, who, **how)
    break_off(handoff)
    return handoff


def batch_of(handoff: Handoff) -> Batch:
    """The batch's row as it stands now."""
    with client_scope(handoff.revision.client_id):
        return Batch.objects.get(uuid=handoff.batch_uuid)


def history(violation: Violation) -> list[tuple[int, str, str | None]]:
    """Every placement of a violation: in which revision of its batch, how it stands, and why it ended."""
    with client_scope(violation.client_id):
        placed = Placement.objects.filter(violation_id=violation.pk).select_related("revision").order_by("id")
        return [(one.revision.number, one.state, one.ended_reason) for one in placed]


def placement(violation: Violation) -> Placement:
    """The newest placement of a violation."""
    with client_scope(violation.client_id):
        found = Placement.objects.filter(violation_id=violation.pk).order_by("id").last()
    assert found is not None
    return found


def marked(violations: Iterable[Violation]) -> list[datetime | None]:
    """Since when each counts as sent."""
    found = []
    for violation in violations:
        with client_scope(violation.client_id):
            found.append(Violation.objects.get(pk=violation.pk).sent_at)
    return found


def last_seen(handoff: Handoff, *, seconds_ago: float) -> None:
    """Give the batch to another server process, which showed life so long ago."""
    process = Deliverer.objects.create(host="elsewhere", pid=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deliverer SET seen_at = clock_timestamp() - %s * interval '1 second' WHERE id = %s",
            [seconds_ago, process.pk],
        )
    with client_scope(handoff.revision.client_id):
        Batch.objects.filter(uuid=handoff.batch_uuid).update(deliverer=process.pk)
