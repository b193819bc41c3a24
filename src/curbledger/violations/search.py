"""Find tickets: by number, plate, name or place, and by how they stand; a page at a time, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from curbledger.kit import clock, sql
from curbledger.kit.plates import plate_key
from curbledger.registry.find import AFTER_ALL, name_key, split_name
from curbledger.violations.lists import Location
from curbledger.violations.overdue import rule_for
from curbledger.violations.state import SOUGHT, STATE, owed_of
from curbledger.violations.violation import Violation

if TYPE_CHECKING:
    from decimal import Decimal

    from curbledger.clients.client import Client

_WRITTEN = sql.load("curbledger.violations", "search.sql")
QUERIES = {**_WRITTEN, "look": _WRITTEN["look"].format(state=STATE)}
PAGE = 50
# Tickets that one page looks through for those that fit its filters.
REACH = 20_000
_END = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to look for. `text`: a number, a plate, a name or a place; `state`: one of SOUGHT; days are the client's."""

    text: str = ""
    state: str = ""
    category_id: int | None = None
    location_id: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list of all tickets by time of issue: those that follow were issued before."""

    issued_at: datetime
    violation_id: int


@dataclass(frozen=True, slots=True)
class Among:
    """Tickets that somebody else has sorted out, newest first, and how far they looked for them; None: to the end."""

    ids: list[int]
    horizon: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One ticket of a list. `owed` is nothing where the ticket is void.

    `person` is None where it names nobody, or the reader may not know; so is its id.
    """

    id: int
    ticket: str
    issued_at: datetime
    due_at: datetime
    owed: Decimal
    state: str
    plate: str | None
    province: str | None
    person: str | None
    person_id: int | None
    category: str | None
    location: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of tickets. `next` is where to go on, None at the end; `cut` says that the page gave up early there."""

    lines: list[Line]
    next: Place | None
    cut: bool


def search(
    client: Client,
    wanted: Wanted,
    *,
    at: datetime,
    after: Place | None = None,
    with_people: bool = False,
    among: Among | None = None,
    limit: int = PAGE,
    reach: int = REACH,
) -> Found:
    """The tickets that fit, newest first, those after a place; only those `among` which are given. In the scope.

    Without `with_people` no name is searched or shown. Costs at most `reach` tickets however few of a client's fit.
    """
    ids, locations = _meant(wanted.text, with_people=with_people)
    if among is not None:
        ids = among.ids if ids is None else sorted(set(ids) & set(among.ids))
    if wanted.location_id is not None:
        locations = [wanted.location_id]
    first, end = clock.span(wanted.since, wanted.until, client.zone)
    parameters: dict[str, Any] = {
        **rule_for(client, at=at).parameters([]),
        "ids": ids,
        "locations": locations,
        "category": wanted.category_id,
        "states": list(SOUGHT[wanted.state]) if wanted.state else None,
        "since": first,
        "before": after.issued_at if after else end,
        "before_id": after.violation_id if after else 0,
        "reach": reach,
        "limit": limit + 1,
        "with_people": with_people,
    }
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["look"], parameters)
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        more = len(rows) > limit
        lines = [_line(row) for row in rows[:limit]]
        if more:
            return Found(lines, Place(lines[-1].issued_at, lines[-1].id), cut=False)
        if among is not None:
            return Found(lines, among.horizon, cut=among.horizon is not None)
        if ids is not None or not _narrows(parameters):
            return Found(lines, None, cut=False)
        cursor.execute(QUERIES["horizon"], parameters)
        horizon = cursor.fetchone()
    return Found(lines, Place(*horizon) if horizon else None, cut=horizon is not None)


def tickets_of(
    *, person_id: int | None = None, vehicle_id: int | None = None, after: Place | None = None, limit: int = PAGE
) -> tuple[list[Violation], Place | None]:
    """A page of a person's tickets, or of a vehicle's, newest first, and where the next one goes on. In a scope.

    A person's are those that name them, and those on a vehicle they drive that name nobody: what a hold on them holds.
    """
    asked = {
        "person": person_id,
        "vehicle": vehicle_id,
        "before": after.issued_at if after else _END,
        "before_id": after.violation_id if after else 0,
        "limit": limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["of_one"], asked)
        ids = [row[0] for row in cursor.fetchall()]
    found = Violation.objects.in_bulk(ids[:limit])
    tickets = [found[pk] for pk in ids[:limit]]
    return tickets, Place(tickets[-1].issued_at, tickets[-1].pk) if len(ids) > limit else None


def _line(row: dict[str, Any]) -> Line:
    return Line(
        owed=owed_of(row["balance"], row["state"]),
        person_id=row["named_id"],
        **{name: row[name] for name in Line.__dataclass_fields__ if name not in {"owed", "person_id"}},
    )


def _narrows(parameters: dict[str, Any]) -> bool:
    """Whether the page leaves anything out of what it looks through."""
    return parameters["states"] is not None or parameters["category"] is not None or parameters["locations"] is not None


def _meant(text: str, *, with_people: bool) -> tuple[list[int] | None, list[int] | None]:
    """The tickets that a text means; or where it means none, the places. Both None: there is no text."""
    text = " ".join(text.replace("\0", "").split())[:100]
    if not text:
        return None, None
    with connection.cursor() as cursor:
        keys = [name_key(part) for part in split_name(text)]
        parameters: dict[str, Any] = {
            "numbers": list({text, text.upper(), text.replace(" ", ""), text.replace(" ", "").upper()}),
            "plate": plate_key(text),
            "name": keys[0] or AFTER_ALL,
            "name_end": (keys[0] or AFTER_ALL) + AFTER_ALL,
            "first": keys[1],
            "first_end": keys[1] + AFTER_ALL,
            "with_people": with_people,
        }
        cursor.execute(QUERIES["by_text"], parameters)
        ids = [row[0] for row in cursor.fetchall()]
    if ids:
        return ids, None
    folded = text.casefold()
    places = [pk for pk, name in Location.objects.values_list("pk", "name") if folded in name.casefold()]
    return (None, places) if places else ([], None)
