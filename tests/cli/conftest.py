"""A clean environment for the command line, and a town whose tickets are overdue today."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from curbledger.database.scope import client_scope
from curbledger.kit import clock
from tests.cast import issue
from tests.databases import drop_database, new_database, server, url_of
from tests.settings import HOME
from tests.stories.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from curbledger.clients.client import Client


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a person's: without the tests' own variable, which is no setting, and wide enough for a message."""
    monkeypatch.delenv(HOME, raising=False)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def now() -> datetime:
    """The commands read the clock themselves."""
    return clock.now()


@pytest.fixture
def overdue(town: Client, now: datetime) -> str:
    """The number of a ticket of 50.00 that the next call would hand over."""
    with client_scope(town.pk):
        return issue(town, at=now).ticket


def as_role(house: House, role: str) -> House:
    """The same house, entered as another role."""
    return replace(house, url=house.url.replace("user=curbledger", f"user={role}"))


@pytest.fixture
def empty_house(tmp_path: Path) -> Iterator[House]:
    """A migrated database of its own, and real processes on it."""
    server()
    name = new_database()
    made = House(url_of(name), tmp_path)
    yield made
    made.close()
    drop_database(name)
