"""The records of the handoff: PostgreSQL prints each entity with the wire's keys, Python splices the strings.

Nothing here knows what a key means; the keys stand in views.sql, in the order of the contract. Every query asks
one large table for rows by their ids, also across links: a join of two would let the planner read one of them
whole. Only the short lists are joined, for their numbers.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db import connection

from curbledger.kit import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

QUERIES = sql.load("curbledger.wire", "views.sql")

_LISTS = ("makes", "colours", "vehicle_types", "plate_types", "provinces", "locations", "categories", "offences")


def print_chunk(revision_id: int, violation_ids: Sequence[int]) -> list[bytes]:
    """The records of placed violations, in the order of the ids. In the client's scope.

    Raises LookupError for a violation that is not placed in that revision, and what the database raises for a
    value that it cannot print.
    """
    ids = list(violation_ids)
    rows = {row[0]: row for row in _rows("violations", ids=ids, revision=revision_id)}
    details = _rows("details", ids=ids)
    attachments = _grouped(_rows("attachments", ids=ids))
    people, drivers = _people(rows.values())
    vehicle_rows = _rows("vehicles", ids=list({row[1] for row in rows.values() if row[1] is not None}))
    # Last: each statement sees what was committed before it began, so whatever the rows above name is there now.
    lists = {name: dict(_rows(name)) for name in _LISTS}
    offences = _details(details, lists["offences"])
    vehicles = _vehicles(vehicle_rows, drivers, people, lists)
    records: list[bytes] = []
    for one in ids:
        _, vehicle, person, location, category, text = rows[one]
        records.append(
            "".join(
                (
                    text[:-1],
                    ',"user":',
                    _nested(people, person),
                    ',"vehicle":',
                    _nested(vehicles, vehicle),
                    ',"location":',
                    _nested(lists["locations"], location),
                    ',"details":[',
                    ",".join(offences.get(one, ())),
                    '],"attachments":[',
                    ",".join(attachments.get(one, ())),
                    '],"category":',
                    _nested(lists["categories"], category),
                    "}",
                )
            ).encode()
        )
    return records


def _details(rows: Iterable[tuple[Any, ...]], offences: dict[int, str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for violation, offence, text in rows:
        found[violation].append(f'{text[:-1]},"type":{_nested(offences, offence)}}}')
    return found


def _people(rows: Iterable[tuple[Any, ...]]) -> tuple[dict[int, str], dict[int, list[int]]]:
    """The profiles that are named, by id, and who drives which vehicle."""
    vehicle_ids = list({row[1] for row in rows if row[1] is not None})
    drivers: dict[int, list[int]] = _grouped(_rows("drivers", ids=vehicle_ids))
    wanted = {row[2] for row in rows if row[2] is not None}.union(*drivers.values())
    return dict(_rows("people", ids=list(wanted))), drivers


def _vehicles(
    rows: Iterable[tuple[Any, ...]],
    drivers: dict[int, list[int]],
    people: dict[int, str],
    lists: dict[str, dict[int, str]],
) -> dict[int, str]:
    found: dict[int, str] = {}
    for one, make, colour, vehicle_type, plate_type, province, text in rows:
        # The original's ORM left its own key on each driver, and integrators have it.
        profiles = ",".join(f'{people[person][:-1]},"laravel_through_key":{one}}}' for person in drivers.get(one, ()))
        found[one] = (
            f'{text[:-1]},"drivers":[{profiles}]'
            f',"make":{_nested(lists["makes"], make)}'
            f',"colour":{_nested(lists["colours"], colour)}'
            f',"vehicle_type":{_nested(lists["vehicle_types"], vehicle_type)}'
            f',"plate_type":{_nested(lists["plate_types"], plate_type)}'
            f',"province":{_nested(lists["provinces"], province)}}}'
        )
    return found


def _nested(found: dict[int, str], key: int | None) -> str:
    return "null" if key is None else found[key]


def _grouped(rows: Sequence[tuple[int, Any]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for key, value in rows:
        found[key].append(value)
    return found


def _rows(query: str, **parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[query], parameters)
        found: list[Any] = cursor.fetchall()
    return found
