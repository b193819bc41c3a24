"""A town that moves in: files, mappings, and what became of their rows."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from curbledger.database.scope import client_scope
from curbledger.importing.import_file import Imported, import_file
from curbledger.importing.mapping import load_mapping
from curbledger.importing.schema import Kind
from curbledger.violations.models import Violation

if TYPE_CHECKING:
    from curbledger.clients.client import Client

# Noon in Toronto.
AT = datetime(2026, 5, 20, 16, 0, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[2] / "examples"
REAL_FILE = Path(__file__).parents[3] / "shared" / "data" / "philadelphia-unpaid-tickets.csv.gz"

TICKETS = """
[fields]
ticket = "number"
issued = "issued"
due = { days_after_issue = 20 }
fine = "fine"
"""
PAYMENTS = """
[fields]
ticket = "ticket"
amount = "amount"
reference = "reference"
paid_on = "paid"
"""
PEOPLE = """
[fields]
unique_id = "id"
first_name = "first"
last_name = "last"
email = "email"
plate = "plate"
plate_province = "state"
plate_type = "type"
"""


@dataclass
class Desk:
    """Where a clerk of a client imports files."""

    client: Client
    folder: Path

    def write(self, text: str | bytes, name: str = "file.csv") -> Path:
        """A file of the clerk's."""
        path = self.folder / name
        data = text.encode() if isinstance(text, str) else text
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    def bring(
        self,
        rows: str | bytes,
        mapping: str = TICKETS,
        kind: Kind = Kind.VIOLATIONS,
        name: str = "file.csv",
        **options: Any,
    ) -> Imported:
        """Import these rows, which begin with their header."""
        rules = load_mapping(self.write(mapping, "mapping.toml"), kind)
        wanted = {"at": AT, "by": "clerk", **options}
        return import_file(self.client, self.write(rows, name), kind=kind, mapping=rules, **wanted)

    def pay(self, rows: str, mapping: str = PAYMENTS, **options: Any) -> Imported:
        return self.bring(rows, mapping, Kind.PAYMENTS, name="payments.csv", **options)

    def register(self, rows: str, mapping: str = PEOPLE, **options: Any) -> Imported:
        return self.bring(rows, mapping, Kind.PEOPLE, name="people.csv", **options)

    def rejected(self, name: str = "file.rejected.csv") -> list[dict[str, str]]:
        """The list of rejected rows."""
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def ticket(self, number: str) -> Violation:
        """A ticket with its vehicle."""
        with client_scope(self.client.pk):
            return Violation.objects.select_related(
                "vehicle", "vehicle__province", "vehicle__make", "vehicle__plate_type", "person", "category", "location"
            ).get(ticket=number)


@pytest.fixture
def desk(town: Client, tmp_path: Path) -> Desk:
    """The town's own desk."""
    return Desk(town, tmp_path)


@pytest.fixture
def real_file() -> Path:
    """40,000 unpaid tickets of Philadelphia."""
    if not REAL_FILE.exists():
        pytest.skip(f"there is no {REAL_FILE.name} beside the repository")
    return REAL_FILE
