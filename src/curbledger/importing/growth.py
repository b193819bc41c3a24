"""Has the planner look again when the tables have grown a lot."""

from __future__ import annotations

from curbledger.database.bulk import refresh_statistics

# Fewer rows than this mislead no plan.
_FIRST = 20_000


class Growth:
    """Counts what one import adds."""

    def __init__(self) -> None:
        self._added = 0
        self._refresh_at = _FIRST

    def note(self, added: int) -> None:
        """So many more rows are there."""
        self._added += added
        if self._added >= self._refresh_at:
            refresh_statistics("vehicle", "violation", "payment")
            self._refresh_at = 4 * self._added
