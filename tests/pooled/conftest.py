"""The houses of the stories, with PgBouncer in transaction mode between every process and the database."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.stories.conftest import large_town, small_town
from tests.stories.conftest import move_in as move_in_directly
from tools.pgbouncer import pgbouncer, program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.stories.house import House

__all__ = ["large_town", "move_in_directly", "small_town"]

# Fewer than there are callers: what one leaves on its server connection, another would find.
_SERVER_CONNECTIONS = 8


@pytest.fixture
def move_in(
    move_in_directly: Callable[[tuple[int, int]], House],
) -> Iterator[Callable[[tuple[int, int]], House]]:
    """Make a house as in the stories, whose DATABASE_URL leads through PgBouncer."""
    if program() is None:
        assert "pgbouncer" not in os.environ.get("TESTS_REQUIRE", "").split(), "pgbouncer was to be here"
        pytest.skip("there is no pgbouncer here")
    with ExitStack() as poolers:

        def make(size: tuple[int, int]) -> House:
            house = move_in_directly(size)
            house.url = poolers.enter_context(pgbouncer(conninfo_to_dict(house.url), pool=_SERVER_CONNECTIONS))
            return house

        yield make
