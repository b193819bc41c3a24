"""Towns to fill."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from curbledger.demo.fill import DemoResult, fill
from curbledger.registry.opening import open_client

if TYPE_CHECKING:
    from pathlib import Path

    from curbledger.clients.client import Client

# A Monday afternoon in Toronto.
AT = datetime(2026, 3, 16, 18, 30, 5, 123456, tzinfo=UTC)


class Fill(Protocol):
    """`fill` with what a test does not care about already there."""

    def __call__(self, client: Client, violations: int, overdue: int, **options: Any) -> DemoResult: ...


@pytest.fixture
def empty_town(db: None) -> Client:
    """A client with its lists and nothing else."""
    return open_client(code="OC_TOMA", name="Town of Toma", at=AT)


@pytest.fixture
def other_town(db: None) -> Client:
    """Another client."""
    return open_client(code="NORTHBANK", name="Northbank College", at=AT)


@pytest.fixture
def fill_town(tmp_path: Path) -> Fill:
    """Fill a client at AT, with seed 1, pictures below `tmp_path`."""

    def fill_town(client: Client, violations: int, overdue: int, **options: Any) -> DemoResult:
        wanted = {"seed": 1, "at": AT, "files": tmp_path, "progress": lambda _added: None, **options}
        return partial(fill, client, violations=violations, overdue=overdue)(**wanted)

    return fill_town
