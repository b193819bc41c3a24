"""Many rows into one table at once, as arrays.

Not by `database.bulk`: most columns of an import are the same in all of its rows, and are sent once here.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import NOT_PROVIDED, CharField, JSONField, TextField
from psycopg.sql import SQL, Identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import LiteralString

    from django.db.models import Field
    from psycopg.sql import Composable

    from curbledger.database.owned import ClientOwned

_INSERT = SQL("INSERT INTO {table} ({columns}) SELECT {values} FROM unnest({arrays}) AS incoming ({names})")
_MADE_BY_DATABASE = SQL("gen_random_uuid()")


def insert(model: type[ClientOwned], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all with the same columns. The others get what the model gives them by default."""
    if not rows:
        return
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    # Most columns of a file's rows are the same in all of them, and cost next to nothing when they are sent once.
    varying = {name: values for name, values in columns.items() if values.count(values[0]) < len(values)}
    if not varying:
        varying = {"client_id": columns["client_id"]}
    same = {name: values[0] for name, values in columns.items() if name not in varying}
    same |= {name: value for name, value in _defaults(model).items() if name not in columns}
    fields = _fields(model)
    statement = _INSERT.format(
        table=Identifier(model._meta.db_table),
        columns=SQL(", ").join(map(Identifier, [*same, *varying])),
        values=SQL(", ").join([*(_constant(fields[name], value) for name, value in same.items()), *_names(varying)]),
        arrays=SQL(", ").join(SQL("%s::{}[]").format(_type(fields[name])) for name in varying),
        names=SQL(", ").join(_names(varying)),
    )
    with connection.cursor() as cursor:
        constants = [value for value in same.values() if not callable(value)]
        cursor.execute(statement, [*constants, *(_array(fields[name], values) for name, values in varying.items())])


def _names(columns: Iterable[str]) -> list[Identifier]:
    return list(map(Identifier, columns))


def _constant(field: Field[Any, Any], value: object) -> Composable:
    # The one default that must differ from row to row is a UUID, and PostgreSQL makes those too.
    return _MADE_BY_DATABASE if callable(value) else SQL("%s::{}").format(_type(field))


def _array(field: Field[Any, Any], values: list[Any]) -> list[Any] | str:
    """The values as PostgreSQL reads an array. Numbers, days and the like hold nothing that must be quoted."""
    if isinstance(field, CharField | TextField | JSONField):
        return values
    return f"{{{','.join(['NULL' if value is None else str(value) for value in values])}}}"


def _type(field: Field[Any, Any]) -> SQL:
    # Without a length: a cast would cut off silently what the column's own length refuses.
    name: LiteralString = (field.db_type(connection) or "").partition("(")[0]
    return SQL(name)


@cache
def _fields(model: type[ClientOwned]) -> dict[str, Field[Any, Any]]:
    return {field.attname: field for field in model._meta.concrete_fields if not field.generated}


@cache
def _defaults(model: type[ClientOwned]) -> dict[str, Any]:
    """What Django alone knows. Columns that may be null, or that the database fills, are left to it."""
    return {name: field.default for name, field in _fields(model).items() if field.default not in {NOT_PROVIDED, None}}
