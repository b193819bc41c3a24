"""Rows on their way into the database: collected while a batch of tickets is made up, inserted table by table."""

from __future__ import annotations

from collections import deque
from operator import attrgetter
from typing import TYPE_CHECKING

from curbledger.database.bulk import draw_ids, insert_rows, refresh_statistics
from curbledger.registry.person import Person
from curbledger.registry.vehicle import Driver, Vehicle
from curbledger.violations.ledger import Adjustment, Discount, Fee, Payment
from curbledger.violations.standing import Appeal, Hold, Notice
from curbledger.violations.violation import Attachment, Detail, Violation

if TYPE_CHECKING:
    from curbledger.database.owned import ClientOwned

# What a row refers to stands before it. Holds come last, for theirs is the only trigger that reads across tickets.
_ORDER: tuple[type[ClientOwned], ...] = (
    Person,
    Vehicle,
    Driver,
    Violation,
    Detail,
    Attachment,
    Adjustment,
    Fee,
    Discount,
    Payment,
    Notice,
    Appeal,
    Hold,
)
# Twice as many each time, within these: a small town wastes few, a large one asks seldom.
_FIRST_IDS, _MOST_IDS = 50, 1600


class Batch:
    """Unsaved rows by table, in the order in which they were added."""

    def __init__(self) -> None:
        self._rows: dict[type[ClientOwned], list[ClientOwned]] = {model: [] for model in _ORDER}

    def add(self, *rows: ClientOwned) -> None:
        """Keep rows until `insert`. One of a table gets its id from the database, or all bring one along."""
        for row in rows:
            self._rows[type(row)].append(row)

    def insert(self) -> None:
        """Insert what was added, and be empty again."""
        for model, rows in self._rows.items():
            if rows:
                columns = _columns(model, with_id=rows[0].pk is not None)
                insert_rows(model._meta.db_table, columns, map(attrgetter(*columns), rows))
                rows.clear()

    @staticmethod
    def refresh_statistics() -> None:
        """Tell the planner that the tables have grown."""
        refresh_statistics(*(model._meta.db_table for model in _ORDER))


class Ids:
    """Ids of rows that others refer to before they are inserted."""

    def __init__(self, model: type[ClientOwned]) -> None:
        self._table = model._meta.db_table
        self._drawn: deque[int] = deque()
        self._next_draw = _FIRST_IDS

    def take(self) -> int:
        """The next one."""
        if not self._drawn:
            self._drawn.extend(draw_ids(self._table, self._next_draw))
            self._next_draw = min(2 * self._next_draw, _MOST_IDS)
        return self._drawn.popleft()


def _columns(model: type[ClientOwned], *, with_id: bool) -> list[str]:
    return [
        field.attname
        for field in model._meta.concrete_fields
        if not field.generated and (with_id or not field.primary_key)
    ]
