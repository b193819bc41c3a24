"""Numbers for rows that have none: a digest of what the row says, and its occurrence among rows that say the same.

Not the line: a later export that is longer, or sorted in another way, gives each row the number it had.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from django.db import connection

from curbledger.kit import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

QUERIES = sql.load("curbledger.importing", "importing.sql")
# 80 bits, so that two rows of a file of a hundred million do not meet by chance.
_BYTES = 10


class Numbering:
    """Gives out numbers for one import. What was given out is counted in the database, so that memory stays flat."""

    def __init__(self, places: Sequence[int], prefix: str) -> None:
        self._places = places
        self._prefix = prefix
        with connection.cursor() as cursor:
            cursor.execute(QUERIES["open_numbering"])

    def number(self, rows: Sequence[Sequence[str]]) -> list[str]:
        """A number for each row, in order."""
        digests = [self.digest(cells) for cells in rows]
        counts = Counter(digests)
        with connection.cursor() as cursor:
            cursor.execute(QUERIES["count"], {"digests": list(counts), "counts": list(counts.values())})
            seen = {digest: total - counts[digest] for digest, total in cursor.fetchall()}
        numbers = []
        for digest in digests:
            seen[digest] += 1
            numbers.append(f"{digest}-{seen[digest]}")
        return numbers

    def digest(self, cells: Sequence[str]) -> str:
        """The part that equal rows share."""
        said = "\x1f".join(cells[place] for place in self._places)
        digest = hashlib.sha256(said.encode()).digest()[:_BYTES]
        return self._prefix + base64.b32encode(digest).decode("ascii")
