"""What every loader works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from curbledger.importing.cells import Form, columns_at
from curbledger.importing.numbering import Numbering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curbledger.clients.client import Client
    from curbledger.importing.days import Days
    from curbledger.importing.lists import Lists
    from curbledger.importing.mapping import ImportMapping


@dataclass(frozen=True, slots=True)
class Context:
    """One import: whose, by what mapping, when and by whom. In the client's scope."""

    client: Client
    mapping: ImportMapping
    header: Sequence[str]
    form: Form
    lists: Lists
    days: Days
    by: str

    def numbering(self, field: str) -> Numbering | None:
        """What makes that field's numbers; None where the file has them."""
        source = self.mapping.fields[field]
        if source.made_from is None:
            return None
        return Numbering(columns_at(self.mapping, field, self.header), source.prefix)
