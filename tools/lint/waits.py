"""A test waits for what it needs, not for some time: sleeping is slow where it is long and fails where it is short."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.lint.source import Finding, Source

_SLEEPS = frozenset({"asyncio.sleep", "time.sleep"})


def waits(source: Source) -> Iterator[Finding]:
    """Find tests that sleep without a reason."""
    if not source.is_under("tests"):
        return
    for node, name in source.uses():
        if name in _SLEEPS and not source.has_marker(node, "wait"):
            yield source.find(node, f"{name} in a test: wait for the condition, or say why with `# wait: reason`")
