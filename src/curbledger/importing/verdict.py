"""What became of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curbledger.importing.reader import Row
    from curbledger.importing.said import Said


@dataclass(frozen=True, slots=True)
class Verdict:
    """Imported, already there, or rejected for a reason."""

    kind: str
    reason: Said | None = None


IMPORTED = Verdict("imported")
ALREADY_THERE = Verdict("already there")


def rejected(reason: Said) -> Verdict:
    """Not imported, and why."""
    return Verdict("rejected", reason)


class Loader(Protocol):
    """Takes the rows of one kind of file into the database."""

    def load(self, rows: Sequence[Row]) -> list[Verdict]:
        """Import these, and say of each what became of it, in order."""

    def forget(self) -> None:
        """What was loaded last was rolled back: keep nothing that rests on it."""

    def finish(self) -> None:
        """Every row was loaded."""
