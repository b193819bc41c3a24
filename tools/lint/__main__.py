"""Run every rule over every file: `python -m tools.lint [ROOT]`. Prints `path:line: message`, exits 1 if any."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from tools.lint.clock import clock
from tools.lint.http import http
from tools.lint.scope import scope
from tools.lint.size import empty_name, file_size, function_size
from tools.lint.source import Finding, Source
from tools.lint.waits import waits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Rule = Callable[[Source], Iterable[Finding]]

RULES: tuple[Rule, ...] = (clock, scope, file_size, function_size, empty_name, http, waits)
_FOLDERS = ("src", "tests", "tools", "benchmarks")
_KINDS = frozenset({".py", ".sql"})


def check(source: Source) -> Iterator[Finding]:
    """Everything the rules find in one file; a file that cannot be parsed is a finding too."""
    try:
        for rule in RULES:
            yield from rule(source)
    except SyntaxError as error:
        yield Finding(source.path, error.lineno or 1, f"cannot be read: {error.msg}")


def sources(root: Path) -> Iterator[Source]:
    """The files that the rules are for."""
    for path in sorted(path for folder in _FOLDERS for path in (root / folder).rglob("*")):
        if path.suffix in _KINDS and path.is_file():
            yield Source(PurePosixPath(path.relative_to(root).as_posix()), path.read_text(encoding="utf-8"))


def main(root: Path) -> int:
    """Print the findings; the exit status says whether there are any."""
    findings = sorted(finding for source in sources(root) for finding in check(source))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if sys.argv[1:] else Path()))
