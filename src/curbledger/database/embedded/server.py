"""The embedded database of one home folder: running when it is needed, stopped by its last user."""

from __future__ import annotations

import atexit
import logging
import os
import stat
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from curbledger.database.embedded import programs
from curbledger.database.embedded.locks import TICK, FileLock
from curbledger.database.embedded.postmaster import START_PATIENCE, STOP_PATIENCE, Postmaster
from curbledger.errors import CurbledgerError, DatabaseUnavailable, Misconfigured
from curbledger.kit.digest import sha256

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psutil

ROLE = "curbledger"
SUPERUSER = "postgres"
PORT = 5432

# What fits into a socket's address, without the byte that ends it.
_LONGEST_SOCKET = 103 if sys.platform == "darwin" else 107
# Not the one of the environment: every process must find the same folder.
_TEMPORARY = Path("/tmp")  # noqa: S108  # the folder in it is checked to be ours alone
_CONNECT_PATIENCE = 30.0

_log = logging.getLogger(__name__)


class EmbeddedDatabase:
    """PostgreSQL in `home`: its data in `database`, what it says in `database.log` and `database/log`.

    Three locks lie beside the data. `database.lock` is held while somebody starts or stops the server.
    `database.users` is held, shared, by every process that uses it: whoever gets it alone is the last. And
    `database.running` is held by the server and all its children, so that nobody starts a second one while any
    of them lives. The kernel releases all three when their holders die.
    """

    def __init__(self, home: Path) -> None:
        self._home = home.resolve()
        self._data = self._home / "database"
        self._socket_folder = _socket_folder(self._data)
        self._postmaster = Postmaster(self._data, self._socket_folder, PORT)
        self._users = FileLock(self._home / "database.users")
        self._checked: psutil.Process | None = None

    def ensure_running(self) -> None:
        """Have a server that accepts connections, with the role and the database in it.

        Makes and starts what is missing, also after a crash, and waits for its recovery; safe between threads and
        processes, and quick where there is nothing to do. Without `hold()` somebody else's exit may stop it again.
        Raises Misconfigured with what to change, or DatabaseUnavailable with what PostgreSQL said.
        """
        running = self._postmaster.ready()
        if running is not None and running == self._checked:
            return
        with _plain_errors(), self._alone():
            self._secure_socket_folder()
            deadline = time.monotonic() + _CONNECT_PATIENCE
            while True:
                self._postmaster.ensure_ready(self._answers)
                try:
                    self._make_role_and_database()
                except psycopg.OperationalError as error:
                    # It may have gone down again, or be restarting after one of its sessions crashed.
                    if time.monotonic() > deadline:
                        raise DatabaseUnavailable(f"PostgreSQL in {self._data} runs, but: {error}") from error
                    time.sleep(TICK)
                else:
                    self._checked = self._postmaster.ready()
                    return

    def connection_parameters(self, *, database: str = ROLE, superuser: bool = False) -> dict[str, str | int]:
        """Where to connect, in libpq's words; the same in every process, and whether the server runs or not."""
        return {
            "host": str(self._socket_folder),
            "port": PORT,
            "user": SUPERUSER if superuser else ROLE,
            "dbname": database,
        }

    def hold(self) -> None:
        """Say that this process uses the server, until `release()`, its exit or its death.

        Starts nothing. Does nothing when held already. A forked child holds nothing until it says so itself.
        Where the last user is just stopping the server, it waits for that.
        """
        if self._users.held:
            return
        with _plain_errors():
            self._home.mkdir(parents=True, exist_ok=True)
            self._secure_socket_folder()
            if not self._users.take(shared=True, patience=2 * STOP_PATIENCE):
                raise DatabaseUnavailable(f"Another process is still stopping the server of {self._data}.")
        atexit.unregister(self._release_at_exit)
        atexit.register(self._release_at_exit)

    def release(self) -> None:
        """Say that this process no longer uses the server. The last user stops it, and waits for that.

        Raises DatabaseUnavailable where it takes too long.
        """
        if not self._users.held:
            return
        atexit.unregister(self._release_at_exit)
        # First given up, then asked for: of two that leave at once, the later one finds itself alone.
        self._users.release()
        with _plain_errors():
            last = FileLock(self._home / "database.users")
            if not last.take():
                return
            try:
                self.stop()
            finally:
                last.release()

    def is_running(self) -> bool:
        """Whether the server's process lives. It may still be recovering, or already be stopping."""
        return self._postmaster.state() is not None

    def postmaster_pid(self) -> int | None:
        """The number of the server's process, if it lives."""
        state = self._postmaster.state()
        return None if state is None else state.process.pid

    def stop(self) -> None:
        """Stop the server, whoever uses it; nothing happens when it does not run.

        Raises DatabaseUnavailable where it takes too long.
        """
        if self._data.exists():
            with _plain_errors(), self._alone():
                self._postmaster.stop()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Be the only one, of all processes and threads, that starts or stops the server."""
        self._home.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._home / "database.lock")
        if not lock.take(patience=START_PATIENCE + STOP_PATIENCE):
            raise DatabaseUnavailable(f"Another process is still starting or stopping the server of {self._data}.")
        try:
            yield
        finally:
            lock.release()

    def _connect(self) -> psycopg.Connection[Any]:
        where: dict[str, Any] = self.connection_parameters(database="postgres", superuser=True)
        return psycopg.connect(**where, autocommit=True, connect_timeout=10)

    def _answers(self) -> bool:
        try:
            with self._connect():
                return True
        except psycopg.OperationalError:
            return False

    def _make_role_and_database(self) -> None:
        """The application's role is bound by row-level security, although the database is its own."""
        with self._connect() as connection:
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).rowcount:
                connection.execute(
                    f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION"
                )
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [ROLE]).rowcount:
                connection.execute(f"CREATE DATABASE {ROLE} OWNER {ROLE}")
                _log.info("Made a new database in %s", self._data)

    def _secure_socket_folder(self) -> None:
        """Where the socket lies in the folder for temporary files, make sure that nobody else put it there."""
        if self._socket_folder == self._data:
            return
        self._socket_folder.mkdir(mode=stat.S_IRWXU, exist_ok=True)
        who = programs.account(self._data)
        owners = {os.geteuid()} if who is None else {os.geteuid(), who.uid}
        found = self._socket_folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or stat.S_IMODE(found.st_mode) != stat.S_IRWXU or found.st_uid not in owners:
            raise Misconfigured(
                f"{self._socket_folder} is for the server of {self._data}, but others can reach it. Remove it, or "
                "choose a shorter path for CURBLEDGER_HOME."
            )

    def _release_at_exit(self) -> None:
        try:
            self.release()
        except CurbledgerError as error:
            _log.warning("At exit: %s", error)


_databases: dict[str, EmbeddedDatabase] = {}


def of(home: Path) -> EmbeddedDatabase:
    """The database of this folder; one object in a process, however the folder is spelt."""
    # `setdefault` with text as the key is one step, also between threads. A lock might be held during a fork.
    return _databases.setdefault(str(home.resolve()), EmbeddedDatabase(home))


def _socket_folder(data: Path) -> Path:
    """The data folder itself, unless its path is too long for a socket or is a list to libpq."""
    address = data / f".s.PGSQL.{PORT}"
    if len(os.fsencode(address)) <= _LONGEST_SOCKET and "," not in str(data):
        return data
    return _TEMPORARY / f"curbledger-{sha256(os.fsencode(data))[:24]}"


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Say what the system refused in our own words."""
    try:
        yield
    except PermissionError as error:
        raise Misconfigured(
            f"This user may not use {error.filename}. Run Curbledger as the user whose it is, or choose another "
            "CURBLEDGER_HOME."
        ) from error
    except OSError as error:
        raise DatabaseUnavailable(f"The system refused: {error}.") from error
