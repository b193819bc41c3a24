"""The records of the handoff: PostgreSQL prints each entity with the wire's keys, Python splices the bytes.

Nothing here knows what a key means; the keys stand in views.sql, in the order of the contract. Every query asks
one large table for rows by their ids, also across links: a join of two would let the planner read one of them
whole. Only the short lists are joined, for their numbers.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg.adapt import Buffer, Loader

from curbledger.kit import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Lists = Mapping[str, dict[int, bytes]]

QUERIES = sql.load("curbledger.wire", "views.sql")

# Where the lists' ids stand in the rows of a violation and of a vehicle.
_OF_VIOLATION = {"locations": 3, "categories": 4}
_OF_VEHICLE = {"makes": 1, "colours": 2, "vehicle_types": 3, "plate_types": 4, "provinces": 5}


class _AsPrinted(Loader):
    """Takes what PostgreSQL printed as it is: it goes out as it came, and is never decoded."""

    def load(self, data: Buffer) -> bytes:
        """The bytes of one value."""
        return bytes(data)


def print_chunk(revision_id: int, violation_ids: Sequence[int]) -> list[bytes]:
    """The records of placed violations, in the order of the ids. In the client's scope.

    Raises LookupError for a violation that is not placed in that revision, and what the database raises for a
    value that it cannot print.
    """
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["plan"])
    ids = _array(violation_ids)
    rows = {row[0]: row for row in _rows("violations", ids=ids, revision=revision_id)}
    detail_rows = _rows("details", ids=ids)
    attachments = _grouped(_rows("attachments", ids=ids))
    vehicle_rows = _rows("vehicles", ids=_array({row[1] for row in rows.values() if row[1] is not None}))
    wanted = {row[2] for row in rows.values() if row[2] is not None}.union(*(row[6] for row in vehicle_rows))
    people = dict(_rows("people", ids=_array(wanted)))
    # Last: each statement sees what was committed before it began, so whatever the rows above name is there now.
    lists = _lists(rows.values(), vehicle_rows, detail_rows)
    details = _details(detail_rows, lists["offences"])
    vehicles = _vehicles(vehicle_rows, people, lists)
    records: list[bytes] = []
    for one in violation_ids:
        _, vehicle, person, location, category, text = rows[one]
        records.append(
            b"".join(
                (
                    text[:-1],
                    b',"user":',
                    _nested(people, person),
                    b',"vehicle":',
                    _nested(vehicles, vehicle),
                    b',"location":',
                    _nested(lists["locations"], location),
                    b',"details":[',
                    b",".join(details.get(one, ())),
                    b'],"attachments":[',
                    b",".join(attachments.get(one, ())),
                    b'],"category":',
                    _nested(lists["categories"], category),
                    b"}",
                )
            )
        )
    return records


def _lists(violations: Iterable[Any], vehicles: Iterable[Any], details: Iterable[Any]) -> Lists:
    """The entries of the short lists that these rows name, by list and id."""
    wanted: dict[str, set[int]] = {
        **{name: {row[column] for row in violations} for name, column in _OF_VIOLATION.items()},
        **{name: {row[column] for row in vehicles} for name, column in _OF_VEHICLE.items()},
        "offences": {row[1] for row in details},
    }
    found: dict[str, dict[int, bytes]] = {name: {} for name in wanted}
    for name, key, text in _rows("lists", **{name: _array(ids - {None}) for name, ids in wanted.items()}):
        found[name][key] = text
    return found


def _details(rows: Iterable[tuple[Any, ...]], offences: dict[int, bytes]) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = defaultdict(list)
    for violation, offence, text in rows:
        found[violation].append(b'%b,"type":%b}' % (text[:-1], _nested(offences, offence)))
    return found


def _vehicles(rows: Iterable[tuple[Any, ...]], people: dict[int, bytes], lists: Lists) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for one, make, colour, vehicle_type, plate_type, province, drivers, text in rows:
        # The original's ORM left its own key on each driver, and integrators have it.
        profiles = b",".join(b'%b,"laravel_through_key":%d}' % (people[person][:-1], one) for person in drivers)
        found[one] = b"".join(
            (
                text[:-1],
                b',"drivers":[',
                profiles,
                b'],"make":',
                _nested(lists["makes"], make),
                b',"colour":',
                _nested(lists["colours"], colour),
                b',"vehicle_type":',
                _nested(lists["vehicle_types"], vehicle_type),
                b',"plate_type":',
                _nested(lists["plate_types"], plate_type),
                b',"province":',
                _nested(lists["provinces"], province),
                b"}",
            )
        )
    return found


def _nested(found: Mapping[int, bytes], key: int | None) -> bytes:
    return b"null" if key is None else found[key]


def _grouped(rows: Iterable[tuple[int, bytes]]) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = defaultdict(list)
    for key, text in rows:
        found[key].append(text)
    return found


def _array(ids: Iterable[int]) -> str:
    """An array as the database reads it: a list of a thousand numbers is slow to hand over one by one."""
    return f"{{{','.join(map(str, ids))}}}"


def _rows(query: str, **parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.cursor.adapters.register_loader("json", _AsPrinted)
        cursor.execute(QUERIES[query], parameters)
        found: list[Any] = cursor.fetchall()
    return found
