"""Hold a ticket, or all of a person's, back from collections; and release it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from curbledger.clients.policy import HOLD_KINDS
from curbledger.errors import Conflict, Invalid, NotFound
from curbledger.kit import clock
from curbledger.registry.person import find_person
from curbledger.violations.lock import lock_violation, lock_violations
from curbledger.violations.standing import Hold
from curbledger.violations.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from curbledger.clients.client import Client

# Nobody whose petition is older is written a ticket: such a day is a slip, and would let later tickets go.
_EARLIEST_PETITION = date(1950, 1, 1)


def hold_violation(
    client: Client, ticket: str, *, kind: str, reason: str, at: datetime, by: str, until: date | None = None
) -> Hold:
    """Hold one ticket back, through the day `until` or until it is released. In the client's scope.

    Raises NotFound, or Invalid for a kind that does not exist, a missing reason, or a last day that is over.
    """
    kind = _checked(client, kind, reason, until, at=at)
    violation = lock_violation(client, ticket)
    return Hold.objects.create(
        client_id=client.pk,
        violation_id=violation.pk,
        kind=kind,
        reason=reason,
        placed_by=by,
        starts_at=at,
        until=until,
        created_at=at,
    )


def hold_violations(
    client: Client, ids: Sequence[int], *, kind: str, reason: str, at: datetime, by: str, until: date | None = None
) -> int:
    """Hold several tickets back, all of them or none, locked in the order of their ids. In the client's scope.

    Returns how many. Raises NotFound where one of them is not there, or Invalid as for one ticket.
    """
    kind = _checked(client, kind, reason, until, at=at)
    wanted = sorted(set(ids))
    lock_violations(wanted)
    if Violation.objects.filter(pk__in=wanted).count() != len(wanted):
        raise NotFound(gettext("One of these tickets is not there."))
    Hold.objects.bulk_create(
        [
            Hold(
                client_id=client.pk,
                violation_id=violation_id,
                kind=kind,
                reason=reason,
                placed_by=by,
                starts_at=at,
                until=until,
                created_at=at,
            )
            for violation_id in wanted
        ]
    )
    return len(wanted)


def hold_person(
    client: Client,
    person_id: int,
    *,
    kind: str,
    reason: str,
    at: datetime,
    by: str,
    until: date | None = None,
    petition_on: date | None = None,
) -> Hold:
    """Hold every ticket of a person back; with a petition date only those issued up to it. In the client's scope.

    The database locks all of the person's tickets before this returns (triggers.sql: note_hold). Raises NotFound, or
    Invalid as for a ticket and for a petition that nobody can have filed.
    """
    kind = _checked(client, kind, reason, until, at=at)
    if petition_on is not None and not _EARLIEST_PETITION <= petition_on <= clock.local_day(at, client.zone):
        raise Invalid(
            gettext("No petition was filed on {day}: it is of today or earlier, and not older than {earliest}.").format(
                day=petition_on.isoformat(), earliest=_EARLIEST_PETITION.year
            ),
            field="petition_on",
        )
    return Hold.objects.create(
        client_id=client.pk,
        person_id=find_person(client, person_id).pk,
        kind=kind,
        reason=reason,
        placed_by=by,
        starts_at=at,
        until=until,
        petition_on=petition_on,
        created_at=at,
    )


def release_hold(hold_id: int, *, reason: str, at: datetime, by: str) -> None:
    """End a hold. In the client's scope. Raises NotFound, or Conflict for one that was released already."""
    released = Hold.objects.filter(pk=hold_id, released_at__isnull=True).update(
        released_at=at, released_by=by, release_reason=reason
    )
    # The row count decides between two people who release it at once.
    if released:
        return
    if Hold.objects.filter(pk=hold_id).exists():
        raise Conflict(gettext("This hold was released already."))
    raise NotFound(gettext("There is no hold {number}.").format(number=hold_id))


def _checked(client: Client, kind: str, reason: str, until: date | None, *, at: datetime) -> str:
    wanted = kind.strip().lower().replace("-", "_").replace(" ", "_")
    if wanted not in HOLD_KINDS:
        raise Invalid(
            gettext("There is no kind of hold {kind}. There are: {kinds}.").format(
                kind=repr(kind), kinds=", ".join(HOLD_KINDS)
            ),
            field="kind",
        )
    if not reason.strip():
        raise Invalid(gettext("A hold needs a reason."), field="reason")
    # A slip of the year would look like a hold and let the ticket go.
    if until is not None and until < (today := clock.local_day(at, client.zone)):
        said = gettext("{day} is over: it is {today} already.")
        raise Invalid(said.format(day=until.isoformat(), today=today.isoformat()), field="until")
    return wanted
