"""Read the audit: entries by who, what, ticket, person and days, newest first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from curbledger.clients.audit_entry import AuditEntry
from curbledger.kit import clock, sql

if TYPE_CHECKING:
    from datetime import date, datetime

    from curbledger.clients.client import Client

QUERIES = sql.load("curbledger.clients", "audit_search.sql")
PAGE = 50
# Entries that one page looks through for those that fit its filters.
REACH = 20_000
MOST_ACTORS = 200
# What has an index of its own, the one that fits fewest first.
_LEADS = {
    "violation": "about_violation = %(violation)s",
    "person": "about_person = %(person)s",
    "by_name": "by_name = %(by_name)s",
    "about": "about = %(about)s",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to look for. `about` is a table; days are the client's."""

    by_name: str = ""
    about: str = ""
    violation_id: int | None = None
    person_id: int | None = None
    since: date | None = None
    until: date | None = None


class Place(NamedTuple):
    """A place in the list of all entries: those that follow are older."""

    at: datetime
    entry_id: int


@dataclass(frozen=True, slots=True)
class Found:
    """A page of entries. `next` is where to go on, None at the end; `cut` says that the page gave up early there."""

    entries: list[AuditEntry]
    next: Place | None
    cut: bool


def find_entries(
    client: Client, wanted: Wanted, *, after: Place | None = None, limit: int = PAGE, reach: int = REACH
) -> Found:
    """The entries that fit, newest first, those after a place. In the client's scope.

    Costs at most `reach` entries, however few of a client's fit.
    """
    first, end = clock.span(wanted.since, wanted.until, client.zone)
    asked: dict[str, Any] = {
        "violation": wanted.violation_id,
        "person": wanted.person_id,
        "by_name": wanted.by_name,
        "about": wanted.about,
        "since": first,
        "before": after.at if after else end,
        "before_id": after.entry_id if after else 0,
        "reach": reach,
        "limit": limit + 1,
    }
    given = [name for name in _LEADS if asked[name] not in {None, ""}]
    lead = _LEADS[given[0]] if given else "true"
    entries = list(AuditEntry.objects.raw(QUERIES["look"].format(lead=lead), asked))
    if len(entries) > limit:
        last = entries[limit - 1]
        return Found(entries[:limit], Place(last.at, last.pk), cut=False)
    if len(given) < 2:  # noqa: PLR2004  # the one that leads leaves nothing out
        return Found(entries, None, cut=False)
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["horizon"].format(lead=lead), asked)
        horizon = cursor.fetchone()
    return Found(entries, Place(*horizon) if horizon else None, cut=horizon is not None)


def find_actors() -> list[str]:
    """Whoever changed something, by name; of very many, the first. In the client's scope."""
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["actors"], {"most": MOST_ACTORS})
        return [name for (name,) in cursor.fetchall()]
