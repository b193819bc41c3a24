"""Tables in Markdown, and the machine that they were measured on."""

from __future__ import annotations

import os
import platform
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Table:
    """One table. `notes` stand below it, each a line; whether the aims are reached is among them."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        lines = [self.columns, ["---"] + ["---:"] * (len(self.columns) - 1), *self.rows]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        notes = "\n".join(f"- {note}" for note in self.notes)
        return "\n\n".join(filter(None, (f"### {self.title}", table, notes)))


def median(values: Sequence[float]) -> float:
    """The one in the middle."""
    return statistics.median(values)


def rate(count: float, seconds: float) -> str:
    """So many a second, in three significant digits."""
    value = count / seconds
    digits = max(0, len(f"{value:.0f}") - 3)
    return f"{round(value, -digits):,.0f}"


def seconds(value: float) -> str:
    """A time."""
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.3g} ms"


def aim(what: str, *, reached: bool) -> str:
    """A line that says whether an aim is reached."""
    return f"{what}: {'reached' if reached else '**not reached**'}."


def machine() -> str:
    """The processor, how many of them, the memory, and what runs on it."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text(encoding="utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"


def say(text: str) -> None:
    """Progress, for whoever waits."""
    print(text, file=sys.stderr, flush=True)
