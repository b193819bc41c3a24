"""SQL that matters lives in files beside the module that runs it, one named and described query after another.

A query begins with its name and what it is for:

    -- name: lock_candidates
    -- Why it is written this way.
    SELECT ...

The next name ends it.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Any line that means to name a query; what it names is checked, or a misspelt name would join the query above.
_NAME = re.compile(r"^[ \t]*--[ \t]*name:(.*)$", re.MULTILINE)


@cache
def load(package: str, file_name: str) -> Mapping[str, str]:
    """Read the queries of `file_name` in `package` by name, without their comment lines.

    Raises ValueError for a file without names, SQL before the first name, a name given twice or that is no
    identifier, and a query without a description or a statement.
    """
    where = f"{package}/{file_name}"
    preamble, *parts = _NAME.split(files(package).joinpath(file_name).read_text(encoding="utf-8"))
    if not parts:
        raise ValueError(f"{where} names no query")
    if _statement(preamble):
        raise ValueError(f"{where}: there is SQL before the first name")
    queries: dict[str, str] = {}
    for name, body in zip(map(str.strip, parts[::2]), parts[1::2], strict=True):
        if not name.isidentifier():
            raise ValueError(f"{where}: {name!r} is not a name")
        if name in queries:
            raise ValueError(f"{where}: query {name} is there twice")
        if not body.strip("\n").startswith("-- "):
            raise ValueError(f"{where}: query {name} has no description")
        queries[name] = _statement(body)
        if not queries[name]:
            raise ValueError(f"{where}: query {name} has no statement")
    return MappingProxyType(queries)


def array(ids: Iterable[int]) -> str:
    """Numbers as PostgreSQL reads an array of them. Thousands in a list are slow to hand over one by one."""
    return f"{{{','.join(map(str, ids))}}}"


def _statement(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("--")).strip()
