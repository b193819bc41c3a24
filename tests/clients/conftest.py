"""A town whose scope is open, and rows that others see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from curbledger.database.scope import client_scope
from tests.violations.races import committed, committed_database, committed_town

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curbledger.clients.client import Client

__all__ = ["committed", "committed_database", "committed_town"]


@pytest.fixture
def inside(town: Client) -> Iterator[Client]:
    """The town, with its scope open for the whole test."""
    with client_scope(town.pk):
        yield town
