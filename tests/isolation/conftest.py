"""Two clients with a row in every table, committed once for a test process; and a bare connection as the bound role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.databases import url_of, use_database
from tests.isolation.filling import fill
from tests.isolation.neighbours import Bound, Neighbours
from tests.violations.races import another_town, committed, committed_database, committed_town

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["committed", "committed_database", "committed_town"]


@pytest.fixture(scope="session")
def neighbours(committed_database: str, django_db_blocker: Any) -> Neighbours:
    """Two clients who must never see each other."""
    with django_db_blocker.unblock(), use_database(committed_database):
        us, them = another_town(), another_town()
        return Neighbours(us, them, fill(us), fill(them))


@pytest.fixture
def bound(committed_database: str) -> Iterator[Bound]:
    """In a transaction that is rolled back, and in nobody's scope yet."""
    with psycopg.connect(url_of(committed_database)) as connection:
        yield Bound(connection)
        connection.rollback()
