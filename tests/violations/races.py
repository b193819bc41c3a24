"""What two do at once: a database whose rows are committed, and somebody else with a connection of their own."""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import psycopg
import pytest
from django.db import OperationalError, connection

from curbledger.database.scope import client_scope
from tests import cast
from tests.databases import drop_database, new_database, url_of, use_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from curbledger.clients.client import Client

T = TypeVar("T")
PATIENCE = 60.0
_numbers = itertools.count(1)


# The folders of tests that ask for it share one in each test process.
_shared_database = cache(new_database)


@pytest.fixture(scope="session")
def committed_database(django_db_blocker: Any) -> Iterator[str]:
    """A database for rows that are committed. Each test brings clients of its own."""
    with django_db_blocker.unblock():
        name = _shared_database()
    yield name
    drop_database(name)


@pytest.fixture
def committed(committed_database: str, django_db_blocker: Any) -> Iterator[str]:
    """Django works on the committed database, outside any transaction. Not together with `db` or `town`."""
    with django_db_blocker.unblock(), use_database(committed_database):
        yield committed_database


@pytest.fixture
def committed_town(committed: str) -> Client:
    """A town that everybody sees, and no other test."""
    return another_town()


def another_town() -> Client:
    """One more client, of a code that no test took yet."""
    return cast.town(f"RACE-{next(_numbers)}")


class Other(Generic[T]):
    """Somebody else, who does one thing at the same time, in a thread with a connection of its own."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._pid: Future[int] = Future()
        self._done: Future[T] = Future()
        threading.Thread(target=self._run, daemon=True).start()

    def wait_until_blocked(self) -> None:
        """Return once they wait for a lock. Fails where they end instead."""
        deadline = time.monotonic() + PATIENCE
        pid = self._pid.result(PATIENCE)
        with connection.cursor() as cursor:
            while time.monotonic() < deadline:
                cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
                if cursor.fetchone() == (True,):
                    return
                assert not self._done.done(), "nothing was in their way"
        raise AssertionError("they neither wait nor end")

    def result(self) -> T:
        """What came of it: the value, or the exception."""
        return self._done.result(PATIENCE)

    def _run(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self._pid.set_result(cursor.fetchone()[0])
            result = self._work()
        except BaseException as error:  # noqa: BLE001  It belongs to whoever asks for the result.
            connection.close()
            self._done.set_exception(error)
        else:
            connection.close()
            self._done.set_result(result)


@contextmanager
def second_connection(client: Client | None = None) -> Iterator[psycopg.Connection[Any]]:
    """A bare connection as the bound role, in a transaction (of the client's rows) that is rolled back."""
    with psycopg.connect(url_of(connection.settings_dict["NAME"])) as database:
        if client is not None:
            database.execute("SELECT set_config('curbledger.client_id', %s, true)", [str(client.pk)])
        yield database
        database.rollback()


@contextmanager
def has_to_wait(client: Client) -> Iterator[None]:
    """The client's scope, for a statement that must wait for somebody else's lock. It is broken off at once."""
    try:
        with client_scope(client.pk), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = 1")
            yield
    except OperationalError as error:
        assert isinstance(error.__cause__, psycopg.errors.LockNotAvailable)  # noqa: PT017  As a wait ends here.
    else:
        raise AssertionError("nothing was in its way")
