"""One nested `row_to_json` statement, run inside PostgreSQL: correlated subqueries, as people write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from psycopg.adapt import Buffer, Loader

from benchmarks.rivals.keys import VIOLATION, Entity, Key, Kind, Nested

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

_TIME = """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_PRINTED = {
    Kind.PLAIN: "{0}",
    Kind.NUMBER: "{0}",
    Kind.TRUTH: "{0}",
    Kind.MONEY: "{0}",
    Kind.FLAG: "{0}::integer",
    Kind.MARK: "CASE WHEN {0} THEN 1 END",
    Kind.MONEY_OR_NOTHING: "coalesce({0}, 0)",
    Kind.TAX: "{0}::numeric(14, 4)::text",
    Kind.TIME: _TIME,
    Kind.DAY: _TIME.format("({0}::timestamp AT TIME ZONE '{1}')"),
    Kind.NOTHING: "NULL",
}


class _AsPrinted(Loader):
    """Leaves JSON as the bytes that came."""

    def load(self, data: Buffer) -> bytes:
        """The bytes of one value."""
        return bytes(data)


class Statement:
    """The statement, made once."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._query = f"{self._select(VIOLATION, 't', 't.id = ANY (%s::bigint[])', order='id')}"

    def __call__(self, ids: Sequence[int]) -> bytes:
        """The records of these violations, as one JSON list. In the client's scope."""
        with connection.cursor() as cursor:
            cursor.cursor.adapters.register_loader("json", _AsPrinted)
            cursor.execute(self._query, [list(ids)])
            return b"[%b]" % b",".join(row[0] for row in cursor.fetchall())

    def _select(self, entity: Entity, alias: str, where: str, *, order: str | None = None) -> str:
        """`SELECT row_to_json(…)` of an entity's rows."""
        columns = [self._column(alias, key) for key in entity.keys]
        columns += [f'{self._nested(alias, one)} AS "{one.name}"' for one in entity.nested]
        ordered = f" ORDER BY {alias}.{order}" if order else ""
        return (
            f"SELECT row_to_json({alias}w) FROM (SELECT {', '.join(columns)} "
            f"FROM {entity.model._meta.db_table} {alias} {self._joins(entity, alias)} WHERE {where}{ordered}) {alias}w"
        )

    def _column(self, alias: str, key: Key) -> str:
        if key.kind is Kind.WORD:
            return f"'{key.path}' AS \"{key.name}\""
        *way, column = key.path.split(".")
        # The ticket itself is the row outside.
        row = "t" if way == ["violation"] else "_".join((alias, *way))
        return f'{_PRINTED[key.kind].format(f"{row}.{column}", self._zone.key)} AS "{key.name}"'

    def _joins(self, entity: Entity, alias: str) -> str:
        """Joins to the rows that the keys look at: of people for drivers, of short lists for numbers."""
        ways = dict.fromkeys(tuple(key.path.split(".")[:-1]) for key in entity.keys)
        steps = dict.fromkeys(way[: length + 1] for way in ways for length in range(len(way)) if way != ("violation",))
        joins = []
        for way in steps:
            model = entity.model
            for name in way:
                model = model._meta.get_field(name).remote_field.model  # type: ignore[union-attr]  # a reference.
            row, before = "_".join((alias, *way)), "_".join((alias, *way[:-1]))
            joins.append(f"LEFT JOIN {model._meta.db_table} {row} ON {row}.id = {before}.{way[-1]}_id")
        return " ".join(joins)

    def _nested(self, alias: str, nested: Nested) -> str:
        inner = f"{alias}{nested.name[0]}"
        if not nested.many:
            return f"({self._select(nested.entity, inner, f'{inner}.id = {alias}.{nested.path}_id')})"
        rows = self._select(nested.entity, inner, f"{inner}.{nested.path}_id = {alias}.id", order=nested.order)
        return f"(SELECT coalesce(json_agg({inner}l.row_to_json), '[]') FROM ({rows}) {inner}l)"
