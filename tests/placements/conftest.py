"""Settings for small batches, and rows that others see (tests/violations/races.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from curbledger.placements import claim
from tests.violations.races import committed, committed_database, committed_town

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["committed", "committed_database", "committed_town"]


@pytest.fixture
def configure(settings: Any) -> Callable[..., None]:
    """Change settings of the environment for one test: `configure(chunk_records=2)`."""

    def change(**values: object) -> None:
        settings.CURBLEDGER = settings.CURBLEDGER.model_copy(update=values)

    return change


@pytest.fixture
def chunks_of_two(configure: Callable[..., None]) -> None:
    """Two records in a chunk."""
    configure(chunk_records=2)


@pytest.fixture
def slices_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three violations are locked and decided at a time."""
    monkeypatch.setattr(claim, "SLICE", 3)
