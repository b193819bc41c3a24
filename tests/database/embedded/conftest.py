"""Homes with a real server each, and other processes that use it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest

from curbledger.database.embedded import EmbeddedDatabase

USER = """
import sys
from pathlib import Path
from curbledger.database import embedded

database = embedded.of(Path(sys.argv[1]))
database.hold()
database.ensure_running()
print(database.postmaster_pid(), flush=True)
sys.stdin.read()
"""

Eventually = Callable[[Callable[[], object]], None]


class User:
    """Another process that uses the database, until it is told to leave."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def postmaster_pid(self) -> int:
        """The server it got. Waits until it has one."""
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def leave(self) -> None:
        self.process.communicate(timeout=60)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=60)


Start = Callable[[Path], User]


@pytest.fixture
def start_user() -> Iterator[Start]:
    """Starts processes that use the database of a home."""
    with ExitStack() as processes:

        def start(home: Path) -> User:
            process = subprocess.Popen(
                [sys.executable, "-c", USER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            processes.enter_context(process)
            processes.callback(process.kill)
            return User(process)

        yield start


@pytest.fixture(scope="session")
def eventually() -> Eventually:
    """Waits for a condition, and fails when it does not come."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, "it never came"
            time.sleep(0.01)  # wait: polls for the condition, at most a minute

    return wait


@pytest.fixture
def empty_home() -> Iterator[Path]:
    """A folder that only its owner can enter, with nothing in it."""
    with TemporaryDirectory(prefix="curbledger-") as folder:
        yield Path(folder).resolve()


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A home with a database, for all tests that leave it as they found it; making one takes a second."""
    with TemporaryDirectory(prefix="curbledger-") as folder:
        database = EmbeddedDatabase(Path(folder))
        database.ensure_running()
        database.stop()
        yield Path(folder).resolve()


@contextmanager
def moved(home: Path, to: Path) -> Iterator[EmbeddedDatabase]:
    """The database of `home` in another folder, for a while."""
    to.mkdir(parents=True, exist_ok=True)
    (home / "database").rename(to / "database")
    try:
        with stopped_afterwards(to) as database:
            yield database
    finally:
        (to / "database").rename(home / "database")


@pytest.fixture
def settings_file(home: Path) -> Iterator[Path]:
    """The file with the server's settings, as it was again afterwards."""
    path = home / "database" / "postgresql.conf"
    before = path.read_text(encoding="utf-8")
    yield path
    path.write_text(before, encoding="utf-8")


@contextmanager
def stopped_afterwards(home: Path) -> Iterator[EmbeddedDatabase]:
    database = EmbeddedDatabase(home)
    try:
        yield database
    finally:
        database.release()
        database.stop()


@pytest.fixture
def database(home: Path) -> Iterator[EmbeddedDatabase]:
    """A database that is made, and not running."""
    with stopped_afterwards(home) as database:
        yield database


@pytest.fixture
def new_database(empty_home: Path) -> Iterator[EmbeddedDatabase]:
    """A database that is still to be made."""
    with stopped_afterwards(empty_home) as database:
        yield database


Connect = Callable[..., psycopg.Connection[Any]]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Connects to an embedded database, in autocommit mode; closed at the end."""
    with ExitStack() as connections:

        def to(database: EmbeddedDatabase, /, **who: Any) -> psycopg.Connection[Any]:
            parameters: dict[str, Any] = database.connection_parameters(**who)
            return connections.enter_context(psycopg.connect(**parameters, autocommit=True))

        yield to
