"""The records of the handoff: PostgreSQL prints each entity with the wire's keys, Python splices the bytes.

Nothing here knows what a key means; the keys stand in views.sql, in the order of the contract. Every query asks
one large table for rows by their ids, also across links: a join of two would let the planner read one of them
whole. Only the short lists are joined, for their numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg.adapt import Buffer, Loader

from curbledger.kit import sql
from curbledger.wire.printing import printed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Lists = Mapping[str, dict[int, bytes]]

QUERIES = sql.load("curbledger.wire", "views.sql")

# Where the lists' ids stand in the rows of a violation and of a vehicle.
_OF_VIOLATION = {"locations": 3, "categories": 4}
_OF_VEHICLE = {"makes": 1, "colours": 2, "vehicle_types": 3, "plate_types": 4, "provinces": 5}
# The queries as they are run, once this process has learned what their columns are.
_statements: dict[str, str] = {}


class _Bytes(Loader):
    """Takes what PostgreSQL printed as it is, never decoded."""

    def load(self, data: Buffer) -> bytes:
        """The bytes of one value."""
        return bytes(data)


def print_chunk(revision_id: int, violation_ids: Sequence[int]) -> bytes:
    """The records of placed violations, in the order of the ids, with commas between them. In the client's scope.

    Raises LookupError for a violation that is not placed in that revision, and what the database raises for a
    value that it cannot print.
    """
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["plan"])
    ids = sql.array(violation_ids)
    rows = {row[0]: row for row in _opened("violations", ids=ids, revision=revision_id)}
    detail_rows = _opened("details", ids=ids)
    attachments = _grouped(_opened("attachments", ids=ids))
    vehicle_rows = _opened("vehicles", ids=sql.array({row[1] for row in rows.values() if row[1] is not None}))
    wanted = {row[2] for row in rows.values() if row[2] is not None}.union(*(row[6] for row in vehicle_rows))
    people = dict(_opened("people", ids=sql.array(wanted)))
    # Last: each statement sees what was committed before it began, so whatever the rows above name is there now.
    lists = _lists(rows.values(), vehicle_rows, detail_rows)
    details = _details(detail_rows, lists["offences"])
    vehicles = _vehicles(vehicle_rows, people, lists)
    pieces: list[bytes] = []
    for one in violation_ids:
        _, vehicle, person, location, category, opened = rows[one]
        pieces += (b",", opened, b',"user":')
        pieces += (b"null",) if person is None else (people[person], b"}")
        pieces.append(b',"vehicle":')
        pieces += (b"null",) if vehicle is None else vehicles[vehicle]
        pieces += (b',"location":', _entry(lists["locations"], location), b',"details":[')
        pieces += details.get(one, ())
        pieces.append(b'],"attachments":[')
        pieces += attachments.get(one, ())
        pieces += (b'],"category":', _entry(lists["categories"], category), b"}")
    # All of it is joined once: a record of 5 KB is copied from where it was received to where it goes.
    return b"".join(pieces[1:])


def _lists(violations: Iterable[Any], vehicles: Iterable[Any], details: Iterable[Any]) -> Lists:
    """The entries of the short lists that these rows name, by list and id."""
    wanted: dict[str, set[int]] = {
        **{name: {row[column] for row in violations} for name, column in _OF_VIOLATION.items()},
        **{name: {row[column] for row in vehicles} for name, column in _OF_VEHICLE.items()},
        "offences": {row[1] for row in details},
    }
    found: dict[str, dict[int, bytes]] = {name: {} for name in wanted}
    parameters = {name: sql.array(ids - {None}) for name, ids in wanted.items()}
    with connection.cursor() as cursor:
        cursor.cursor.adapters.register_loader("json", _Bytes)
        cursor.execute(QUERIES["lists"], parameters)
        for name, key, entry in cursor.fetchall():
            found[name][key] = entry
    return found


def _details(rows: Iterable[tuple[Any, ...]], offences: dict[int, bytes]) -> dict[int, list[bytes]]:
    typed = ((violation, opened + b',"type":' + _entry(offences, offence)) for violation, offence, opened in rows)
    return _grouped(typed)


def _vehicles(rows: Iterable[tuple[Any, ...]], people: dict[int, bytes], lists: Lists) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = {}
    for one, make, colour, vehicle_type, plate_type, province, drivers, opened in rows:
        # The original's ORM left its own key on each driver, and integrators have it.
        through = b',"laravel_through_key":%d}' % one
        profiles = [piece for person in drivers for piece in (b",", people[person], through)]
        found[one] = [
            opened,
            b',"drivers":[',
            *profiles[1:],
            b'],"make":',
            _entry(lists["makes"], make),
            b',"colour":',
            _entry(lists["colours"], colour),
            b',"vehicle_type":',
            _entry(lists["vehicle_types"], vehicle_type),
            b',"plate_type":',
            _entry(lists["plate_types"], plate_type),
            b',"province":',
            _entry(lists["provinces"], province),
            b"}",
        ]
    return found


def _grouped(rows: Iterable[tuple[int, bytes]]) -> dict[int, list[bytes]]:
    """The objects of each violation, with commas between them."""
    found: dict[int, list[bytes]] = {}
    for key, opened in rows:
        pieces = found.setdefault(key, [])
        pieces += (b",", opened, b"}") if pieces else (opened, b"}")
    return found


def _entry(entries: Mapping[int, bytes], key: int | None) -> bytes:
    return b"null" if key is None else entries[key]


def _opened(name: str, **parameters: Any) -> list[Any]:
    """Rows of a query with their objects, each without the brace that ends it: more keys follow."""
    with connection.cursor() as cursor:
        if name not in _statements:
            # Of two threads both may ask, and learn the same.
            _statements[name] = printed(cursor, QUERIES[name], QUERIES[f"{name}_keys"], **parameters)
        cursor.cursor.adapters.register_loader("text", _Bytes)
        cursor.execute(_statements[name], parameters)
        found: list[Any] = cursor.fetchall()
    return found
