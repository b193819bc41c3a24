"""What the tests of the lint share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from textwrap import dedent

import pytest

from tools.lint.source import Finding, Source

Rule = Callable[[Source], Iterable[Finding]]
Lines = Callable[[Rule, str, str], list[int]]


@pytest.fixture
def lines_found() -> Lines:
    """The lines at which a rule finds something in a text that lies at a path."""

    def find(rule: Rule, path: str, text: str) -> list[int]:
        return [finding.line for finding in rule(Source(PurePosixPath(path), dedent(text).lstrip("\n")))]

    return find
