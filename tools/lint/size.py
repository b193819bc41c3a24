"""A file holds one verb or one noun, is named after it, and can be read in one go."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tools.lint.source import PACKAGE, Finding, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE_LINES = 400
FUNCTION_LINES = 60
_EMPTY_NAMES = frozenset({"helper", "helpers", "misc", "service", "services", "util", "utils"})


def file_size(source: Source) -> Iterator[Finding]:
    """Find files that hold more than one thing. Migrations are as long as what they move."""
    if len(source.lines) > FILE_LINES and "migrations" not in source.path.parts:
        yield Finding(source.path, FILE_LINES + 1, f"{len(source.lines)} lines, at most {FILE_LINES}: split it by noun")


def function_size(source: Source) -> Iterator[Finding]:
    """Find functions that do more than one thing."""
    if not source.is_under(str(PACKAGE)) or "migrations" in source.path.parts:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield source.find(node, f"{node.name} has {length} lines, at most {FUNCTION_LINES}: name its steps")


def empty_name(source: Source) -> Iterator[Finding]:
    """Find modules and folders whose name says nothing of what they hold."""
    for part in (*source.path.parts[:-1], source.path.stem):
        if part in _EMPTY_NAMES:
            yield Finding(source.path, 1, f"{part!r} names nothing: call it after the verb or noun that it holds")
