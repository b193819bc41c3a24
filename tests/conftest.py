"""What every test may ask for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from curbledger.placements.deliverer import heart, stop_heart
from tests import cast
from tests.databases import drop_database, new_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curbledger.clients.client import Client

# No deadline: two test processes share two cores with the database. The same draws every time, so that a change is
# judged by what it changed; `make search` draws others.
hypothesis_settings.register_profile(
    "curbledger", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
hypothesis_settings.register_profile(
    "search", hypothesis_settings.get_profile("curbledger"), derandomize=False, print_blob=True
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "curbledger"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """One migrated database for each test process, made by the superuser and worked on as the bound role."""
    name = f"test_main_{os.getpid()}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        new_database(name)
        connections["default"].settings_dict["NAME"] = name
        heart()
        yield
        stop_heart()
        connections.close_all()
        drop_database(name)


@pytest.fixture
def town(db: None) -> Client:
    """A town with its lists, collections on. The test runs in a transaction that is rolled back."""
    return cast.town()


@pytest.fixture
def campus(db: None) -> Client:
    """Another client, which must never see the town."""
    return cast.town("CAMPUS")
