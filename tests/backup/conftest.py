"""Houses to back up: on a database of one's own, and on the embedded one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.databases import drop_database, new_database, superuser, url_of
from tests.stories.house import House

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def external(tmp_path: Path) -> Iterator[Callable[[str], House]]:
    """Make an installation with a database of its own, which is empty: no tables."""
    made: list[tuple[House, str]] = []

    def make(name: str) -> House:
        database = new_database()
        with superuser() as admin:
            admin.execute(f"DROP DATABASE {database}")
            admin.execute(f"CREATE DATABASE {database} OWNER curbledger")
        home = tmp_path / name
        home.mkdir()
        made.append((House(url_of(database), home), database))
        return made[-1][0]

    yield make
    for house, database in made:
        house.close()
        drop_database(database)


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Callable[[str], House]]:
    """Make an installation with the embedded database."""
    made: list[House] = []

    def make(name: str) -> House:
        home = tmp_path / name
        home.mkdir()
        made.append(House("", home))
        return made[-1]

    yield make
    for house in made:
        house.close()
