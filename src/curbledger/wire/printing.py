"""How PostgreSQL prints an object: one expression, made of a readable list of keys (views.sql).

`row_to_json` finds out for each value of each row anew of what type it is and how it is written. What a column is, is
known before; so here each value is written in the way of its type, and `concat` puts them together. To the letter it
is what `row_to_json` prints of the same list, in less time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.backends.utils import CursorWrapper

# PostgreSQL's numbers of its types.
_NUMBERS = frozenset({20, 21, 23, 1700})
_UUID = 2950
# Moments are letters that need no escape, and stand in quotes.
_MOMENT = "wire_time("
_ITEM = re.compile(r'\s*(.*?)\s+AS\s+"(\w+)"\s*', re.DOTALL)
# A function of PostgreSQL takes at most 100 values.
_MOST = 90


def printed(cursor: CursorWrapper, query: str, keys: str, **parameters: Any) -> str:
    """The query with `{printed}` in it: the object of these keys, without the brace that ends it; text.

    Asks the database for the types, which costs a statement: keep what comes. `parameters` are any that fit the query.
    """
    items = list(read_keys(keys))
    cursor.execute(f"{query.format(printed=keys)} LIMIT 0", parameters)
    types = [column.type_code for column in cursor.cursor.description[-len(items) :]]
    return query.format(printed=_concatenated(_pieces(items, types)))


def read_keys(keys: str) -> Iterator[tuple[str, str]]:
    """The expressions of a list, each with its key."""
    for part in _parts(keys):
        found = _ITEM.fullmatch(part)
        if found is None:
            raise ValueError(f"no key is named in {part.strip()!r}")
        yield found[1], found[2]


def _parts(keys: str) -> Iterator[str]:
    """What stands between the commas that are in no parentheses and no quotes."""
    depth, quoted, start = 0, False, 0
    for position, letter in enumerate(keys):
        if letter == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif letter == "," and not depth:
            yield keys[start:position]
            start = position + 1
        else:
            depth += (letter == "(") - (letter == ")")
    yield keys[start:]


def _pieces(items: Sequence[tuple[str, str]], types: Sequence[int]) -> Iterator[str]:
    before = "{"
    for (expression, key), kind in zip(items, types, strict=True):
        name = f'{before}"{key}":'
        before = ","
        if expression.upper() == "NULL":
            yield f"'{name}null'"
        elif kind in _NUMBERS:
            yield f"coalesce('{name}' || ({expression})::text, '{name}null')"
        elif kind == _UUID or expression.startswith(_MOMENT):
            yield f"""coalesce('{name}"' || ({expression})::text || '"', '{name}null')"""
        else:
            yield f"coalesce('{name}' || to_json({expression})::text, '{name}null')"


def _concatenated(pieces: Iterable[str]) -> str:
    found = list(pieces)
    groups = (found[start : start + _MOST] for start in range(0, len(found), _MOST))
    return " || ".join(f"concat({', '.join(group)})" for group in groups)
