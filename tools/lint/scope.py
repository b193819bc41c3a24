"""Only `database/` opens transactions and sets the client: everybody else takes the client scope, which does both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.lint.source import PACKAGE, Finding, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTING = re.compile(r"\bset_config\s*\(|\bcurbledger\.client_id\b", re.IGNORECASE)
_TRANSACTIONS = frozenset(
    {
        "django.db.transaction.atomic",
        "django.db.transaction.commit",
        "django.db.transaction.rollback",
        "django.db.transaction.set_autocommit",
    }
)
_SQL_MARKER = re.compile(r"--\s*scope:\s*\w")


def scope(source: Source) -> Iterator[Finding]:
    """Find transactions and settings of the client outside the database package."""
    if not source.is_under(str(PACKAGE)) or source.is_under(f"{PACKAGE}/database"):
        return
    if source.path.suffix == ".sql":
        yield from _in_sql(source)
    for node, name in source.uses():
        if name in _TRANSACTIONS and not source.has_marker(node, "scope"):
            yield source.find(node, f"{name} stands outside database/: take the client scope")
    for text, value in source.strings():
        if _SETTING.search(value) and not source.has_marker(text, "scope"):
            yield source.find(text, "the client's setting is touched outside database/: take the client scope")


def _in_sql(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.lines, start=1):
        statement, _, _ = line.partition("--")
        if _SETTING.search(statement) and not _SQL_MARKER.search(line):
            yield Finding(source.path, number, "the client's setting is touched outside database/: take it from there")
