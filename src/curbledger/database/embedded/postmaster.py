"""The server of one data folder: found, made, started, stopped. Callers hold the lock for starting and stopping."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import psutil

from curbledger.database.embedded import programs
from curbledger.database.embedded.locks import TICK, FileLock
from curbledger.errors import DatabaseUnavailable, Misconfigured

if TYPE_CHECKING:
    from collections.abc import Callable

# Recovery after a crash takes as long as the log since the last checkpoint, and an orphaned session as long as
# its statement.
START_PATIENCE = 600.0
STOP_PATIENCE = 60.0
READY = "ready"
# Of the pid file, counted from 0; it is written last.
_STATUS_LINE = 7

# What an operator may change in postgresql.conf afterwards.
_SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    # A claim writes fifty megabytes of it and more: with less, it has to write them out itself.
    "wal_buffers": "64MB",
    "max_wal_size": "2GB",
    "min_wal_size": "256MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # One file for each day of the week, written over a week later.
    "log_filename": "weekday-%u.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
}
# What must be so, whatever postgresql.conf says: where we find the server, and that a commit is on the disk.
_FIXED = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "logging_collector": "on",
    "log_directory": "log",
}
_HBA = """\
# Only the socket leads here, and only its owner and root reach the folder it is in.
local all         all      trust
local replication postgres trust
"""
_STILL_ATTACHED = "is still in use"
_ATTACHED_PAUSE = 0.5


class State(NamedTuple):
    """A living server process, and what it says of itself: starting, ready or stopping."""

    process: psutil.Process
    status: str


class Postmaster:
    """The server process of one data folder."""

    def __init__(self, data: Path, socket_folder: Path, port: int) -> None:
        self._data = data
        self._socket_folder = socket_folder
        self._port = port
        self._log = data.with_name(f"{data.name}.log")

    def state(self) -> State | None:
        """The living server of this folder, or None. The number in the pid file alone proves nothing."""
        lines = self._pid_file()
        with suppress(IndexError, ValueError, psutil.Error):
            process = psutil.Process(int(lines[0]))
            if process.status() != psutil.STATUS_ZOMBIE and self._is_ours(process):
                return State(process, lines[_STATUS_LINE].strip() if len(lines) > _STATUS_LINE else "starting")
        return None

    def ready(self) -> psutil.Process | None:
        """The server, if it accepts connections where we look for it."""
        state = self.state()
        return state.process if state is not None and state.status == READY and self._socket.exists() else None

    def ensure_ready(self, answers: Callable[[], bool]) -> None:
        """Make the data folder and start the server, as far as needed, and wait until it accepts connections.

        `answers` tries to connect: a server in another container may hold the folder, and its process cannot be
        seen from here. Raises DatabaseUnavailable where it cannot be started or takes too long, and Misconfigured
        where somebody has to change something first.
        """
        deadline = time.monotonic() + START_PATIENCE
        while self.ready() is None:
            if time.monotonic() > deadline:
                raise DatabaseUnavailable(f"PostgreSQL in {self._data} is not ready after {START_PATIENCE:.0f} s.")
            state = self.state()
            if state is None:
                lock = FileLock(self._data.with_name(f"{self._data.name}.running"))
                # Whatever has to do with the folder holds this lock, orphans of a killed server among them.
                if lock.take():
                    try:
                        self._start(lock)
                    finally:
                        lock.hand_over()
                elif answers():
                    return
            elif state.status == READY:
                # It serves, but its socket is gone: somebody cleaned up the folder for temporary files.
                self.stop()
            time.sleep(TICK)

    def stop(self) -> None:
        """End the server, if it runs: sessions are ended, everything is written. Signals no other process.

        Raises DatabaseUnavailable where it takes longer than a minute; it goes on stopping then.
        """
        state = self.state()
        if state is None:
            return
        deadline = time.monotonic() + STOP_PATIENCE
        with suppress(psutil.NoSuchProcess):
            # Checks again that the number still means the process we looked at.
            state.process.send_signal(signal.SIGINT)
        while self.state() is not None:
            if time.monotonic() > deadline:
                raise DatabaseUnavailable(f"PostgreSQL in {self._data} is still stopping after {STOP_PATIENCE:.0f} s.")
            time.sleep(TICK)

    @property
    def _socket(self) -> Path:
        return self._socket_folder / f".s.PGSQL.{self._port}"

    def _pid_file(self) -> list[str]:
        try:
            return (self._data / "postmaster.pid").read_text(errors="replace").splitlines()
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return []

    def _is_ours(self, process: psutil.Process) -> bool:
        command = process.cmdline()
        if not command or Path(command[0]).name != "postgres":
            return False
        # The second look is for a folder that was moved, or a server that was started by hand.
        return command[1:3] == ["-D", str(self._data)] or _working_folder(process) == self._data

    def _start(self, lock: FileLock) -> None:
        """Start the server and follow it until it is ready. `lock` stays with it and its children."""
        who = programs.account(self._data)
        if not self._exists():
            self._make(who, lock)
        if who is not None:
            _give(self._data, who)
            if self._socket_folder != self._data:
                _give(self._socket_folder, who)
        gone = self._clear_remains()
        settings = {**_FIXED, "port": str(self._port), "unix_socket_directories": _quoted(self._socket_folder)}
        pid = programs.start(
            "postgres",
            *("-D", str(self._data)),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
            who=who,
            needs=[self._data],
            keep=lock.fileno(),
            log=self._log,
            gone=gone,
        )
        self._follow(pid)

    def _exists(self) -> bool:
        """Whether there is data. Raises Misconfigured for what is neither data nor an empty folder."""
        version = self._data / "PG_VERSION"
        if not version.exists():
            if self._data.exists() and any(self._data.iterdir()):
                raise Misconfigured(f"{self._data} holds no database, but other files. Move it out of the way.")
            return False
        found = version.read_text(encoding="ascii").strip()
        if found != str(programs.MAJOR):
            raise Misconfigured(
                f"{self._data} was written by PostgreSQL {found}, and this is PostgreSQL {programs.MAJOR}. "
                "Take a backup with the old version of Curbledger, and restore it with this one."
            )
        return True

    def _make(self, who: programs.Account | None, lock: FileLock) -> None:
        """Make the data beside its place and move it there when it is whole, so that no half is ever used."""
        fresh = self._data.with_name(f"{self._data.name}.new")
        if fresh.exists():
            # Somebody was interrupted here; the lock says that nobody is still at it.
            shutil.rmtree(fresh)
        fresh.mkdir(mode=0o700)
        if who is not None:
            _give(fresh, who)
        programs.run(
            "initdb",
            f"--pgdata={fresh}",
            *("--username=postgres", "--auth=trust", "--no-instructions", "--data-checksums", "--encoding=UTF8"),
            # PostgreSQL's own tables: text sorts the same on every system, and no update of it changes an index.
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *(part for name, value in _SETTINGS.items() for part in ("--set", f"{name}={value}")),
            who=who,
            needs=[fresh],
            keep=lock.fileno(),
        )
        rules = fresh / "pg_hba.conf"
        rules.write_text(_HBA, encoding="ascii")
        _sync(rules)
        fresh.rename(self._data)
        _sync(self._data.parent)

    def _clear_remains(self) -> int:
        """Remove what a server that died would stumble over, and return the number it left in its pid file.

        Only with the lock, and without a living server of ours. The pid file stays where it can be read, because
        PostgreSQL finds by it whether sessions of the dead server live on.
        """
        for remains in (self._socket, self._socket.with_name(f"{self._socket.name}.lock")):
            remains.unlink(missing_ok=True)
        lines = self._pid_file()
        try:
            return abs(int(lines[0]))
        except (IndexError, ValueError):
            (self._data / "postmaster.pid").unlink(missing_ok=True)
            return 0

    def _follow(self, pid: int) -> None:
        """Wait while process `pid` starts. Raises DatabaseUnavailable where it ended instead of getting ready."""
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline and self.ready() is None:
            if not _lives(pid):
                said = self._log.read_text(encoding="utf-8", errors="replace").strip()
                if _STILL_ATTACHED not in said:
                    raise DatabaseUnavailable(
                        f"PostgreSQL did not start: {said} Look into {self._log} and {self._data / 'log'}."
                    )
                # Sessions of a killed server end when they notice it. The caller tries again.
                time.sleep(_ATTACHED_PAUSE)
                return
            time.sleep(TICK)


def _quoted(folder: Path) -> str:
    """A folder as one entry of a PostgreSQL list."""
    return '"' + str(folder).replace('"', '""') + '"'


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _working_folder(process: psutil.Process) -> Path | None:
    try:
        return Path(process.cwd())
    except psutil.Error:
        return None


def _give(folder: Path, who: programs.Account) -> None:
    """Make the folder and all in it belong to `who`, unless it does already."""
    if folder.lstat().st_uid == who.uid:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent) / name, who.uid, who.gid, follow_symlinks=False)
    # Last, so that an interruption is noticed next time.
    os.chown(folder, who.uid, who.gid, follow_symlinks=False)


def _sync(path: Path) -> None:
    """Have a file, or a folder's list of names, written to the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
