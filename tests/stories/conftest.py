"""Houses for stories, copied from ones that were filled once."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from tests.databases import drop_database, new_database, server, superuser, url_of
from tests.stories.house import House

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A small town answers in one chunk; a large one in several, more than what sockets buffer.
SMALL = (60, 20)
LARGE = (6500, 6000)


def _filled(violations: int, overdue: int, scratch: Path) -> str:
    """The name of a database with a demo town in it, filled by whichever test process comes first."""
    server()
    name = f"town_{violations}_{overdue}"
    done = Path(settings.CURBLEDGER.home) / f"{name}.done"
    with (Path(settings.CURBLEDGER.home) / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            new_database(name)
            House(url_of(name), scratch).run(
                "demo", "OC_TOMA", "--violations", str(violations), "--overdue", str(overdue)
            )
            done.touch()
    return name


@pytest.fixture
def move_in(tmp_path: Path) -> Iterator[Callable[[tuple[int, int]], House]]:
    """Make a house with a town of so many violations, of which so many are overdue."""
    houses: list[tuple[House, str]] = []

    def make(size: tuple[int, int]) -> House:
        template = _filled(*size, tmp_path)
        name = new_database()
        with superuser() as admin:
            admin.execute(f"DROP DATABASE {name}")
            admin.execute(f"CREATE DATABASE {name} OWNER curbledger TEMPLATE {template}")
        house = House(url_of(name), tmp_path)
        houses.append((house, name))
        return house

    yield make
    for house, name in houses:
        house.close()
        drop_database(name)


@pytest.fixture
def small_town(move_in: Callable[[tuple[int, int]], House]) -> House:
    """20 of 60 violations are overdue: an answer in one chunk."""
    return move_in(SMALL)


@pytest.fixture
def large_town(move_in: Callable[[tuple[int, int]], House]) -> House:
    """6,000 of 6,500 violations are overdue: an answer in several chunks."""
    return move_in(LARGE)
