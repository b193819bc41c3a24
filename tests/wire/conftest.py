"""A real server for tests that call it from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from curbledger.permissions import TOKEN_PERMISSIONS
from tests.databases import drop_database, new_database, url_of
from tests.stories.house import House
from tests.violations.races import committed, committed_database, committed_town

__all__ = ["committed", "committed_database", "committed_town"]


@dataclass(frozen=True, slots=True)
class Api:
    """A server with a town on it, and a token that may do everything there."""

    url: str
    secret: str
    house: House


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[Api]:
    home: Path = tmp_path_factory.mktemp("api")
    with django_db_blocker.unblock():
        name = new_database()
    house = House(url_of(name), home)
    try:
        house.run("demo", "OC_TOMA", "--violations", "30", "--overdue", "10")
        wanted = [word for permission in TOKEN_PERMISSIONS for word in ("--permission", permission)]
        secret = house.run("token", "add", "OC_TOMA", "--name", "everything", *wanted)
        yield Api(f"http://127.0.0.1:{house.serve(CURBLEDGER_TRUSTED_PROXIES='127.0.0.1').port}", secret, house)
    finally:
        house.close()
        drop_database(name)
