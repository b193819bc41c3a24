"""Only `kit/clock.py` reads the machine's clock; everybody else is given the time, so that tests can move it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tools.lint.source import PACKAGE, Finding, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

# Stopwatches (time.monotonic, time.perf_counter) tell no time of day and are free.
_CLOCKS = frozenset(
    {
        "datetime.date.today",
        "datetime.datetime.now",
        "datetime.datetime.today",
        "datetime.datetime.utcnow",
        "django.utils.timezone.localdate",
        "django.utils.timezone.localtime",
        "django.utils.timezone.now",
        "time.time",
        "time.time_ns",
    }
)
_HIDDEN = frozenset({"auto_now", "auto_now_add"})


def clock(source: Source) -> Iterator[Finding]:
    """Find readings of the clock, also those that Django does for a field."""
    if source.is_under("tests", f"{PACKAGE}/kit/clock.py"):
        return
    advice = "take the time as an argument, or curbledger.kit.clock.now at the edge"
    for node, name in source.uses():
        if name in _CLOCKS and not source.has_marker(node, "clock"):
            yield source.find(node, f"{name} reads the clock: {advice}")
    for call in (node for node in ast.walk(source.tree) if isinstance(node, ast.Call)):
        for keyword in call.keywords:
            if keyword.arg in _HIDDEN and not source.has_marker(keyword.value, "clock"):
                yield source.find(keyword.value, f"{keyword.arg} reads the clock unseen: {advice}")
