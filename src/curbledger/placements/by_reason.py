"""Open debts by the reason why they stay, or because they would go: newest first, as the preview counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from curbledger.kit import clock, sql
from curbledger.placements.agency import Agency
from curbledger.placements.claim import FOR_NOBODY, ITS_OWN
from curbledger.placements.preview import NO_AGENCY
from curbledger.violations.overdue import OPEN_DEBT, rule_for
from curbledger.violations.overdue import QUERIES as RULE
from curbledger.violations.search import PAGE, REACH, Among, Place

if TYPE_CHECKING:
    from datetime import date, datetime

    from curbledger.clients.client import Client

_QUERIES = sql.load("curbledger.placements", "by_reason.sql")
_NEWEST = _QUERIES["newest"].format(open_debt=OPEN_DEBT)
# What would go now: no reason keeps it.
GOES = "goes"
# Judged at a time. A page is full long before the reach where many fit.
_SLICE = 2000


def by_reason(
    client: Client,
    reason: str,
    *,
    at: datetime,
    agency_id: int | None = None,
    after: Place | None = None,
    since: date | None = None,
    until: date | None = None,
    enough: int = PAGE,
    reach: int = REACH,
) -> Among:
    """Debts that stay for this reason, or (GOES) would go, to that agency or to any. In the client's scope.

    Gives more than `enough` of them, or all among the `reach` newest debts from the place on, and how far it looked.
    """
    rule = rule_for(client, at=at)
    fits, asked = _asked(reason, agency_id)
    first, end = clock.span(since, until, client.zone)
    walk: dict[str, Any] = {"since": first}
    place = after or Place(end, 0)
    found: list[int] = []
    looked = 0
    with connection.cursor() as cursor:
        while looked < reach:
            limit = min(_SLICE, reach - looked)
            walk |= {"before": place.issued_at, "before_id": place.violation_id, "limit": limit}
            cursor.execute(_NEWEST, walk)
            rows = cursor.fetchall()
            ids = [row[0] for row in rows]
            if ids:
                cursor.execute(f"WITH judged AS ({RULE['judge']}) {fits}", {**rule.parameters(ids), **asked})
                found += [row[0] for row in cursor.fetchall()]
                place = Place(rows[-1][1], rows[-1][0])
            if len(ids) < limit:
                return Among(found, None)
            looked += len(ids)
            if len(found) > enough:
                break
    return Among(found, place)


def _asked(reason: str, agency_id: int | None) -> tuple[str, dict[str, Any]]:
    if reason == NO_AGENCY:
        return _QUERIES["waits_for_an_agency"].format(for_nobody=FOR_NOBODY), {}
    if reason != GOES:
        return _QUERIES["stays"], {"reason": reason}
    agency = None if agency_id is None else Agency.objects.filter(pk=agency_id).first()
    if agency is None:
        return _QUERIES["goes_to_any"].format(for_nobody=FOR_NOBODY), {}
    return _QUERIES["goes"].format(its_own=ITS_OWN), {"agency": agency.pk, "assigned_only": agency.assigned_only}
