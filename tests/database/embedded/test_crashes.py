"""The embedded database after kills, half-done work and leftovers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from curbledger.database.embedded import EmbeddedDatabase
from curbledger.database.embedded.locks import FileLock
from curbledger.database.embedded.postmaster import Postmaster
from tests.database.embedded.conftest import Connect, Eventually, Start, moved


def killed(database: EmbeddedDatabase, eventually: Eventually) -> int:
    pid = database.postmaster_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not database.is_running())
    return pid


def lives(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def is_locked(path: Path) -> bool:
    lock = FileLock(path)
    taken = lock.take()
    lock.release()
    return not taken


def test_a_killed_server_is_started_again_with_all_that_was_committed(
    database: EmbeddedDatabase, connect: Connect, eventually: Eventually
) -> None:
    database.hold()
    database.ensure_running()
    table = "CREATE TABLE debts AS SELECT generate_series(1, 1000) AS id"
    connect(database).execute(f"DROP TABLE IF EXISTS debts; {table}")
    before = killed(database, eventually)
    database.ensure_running()
    assert database.postmaster_pid() != before
    assert connect(database).execute("SELECT count(*) FROM debts").fetchone() == (1000,)


def test_several_processes_that_find_the_server_killed_start_one(
    database: EmbeddedDatabase, home: Path, start_user: Start, eventually: Eventually
) -> None:
    database.ensure_running()
    killed(database, eventually)
    users = [start_user(home) for _ in range(4)]
    assert len({user.postmaster_pid() for user in users}) == 1


@pytest.mark.parametrize("lock_file", ["there", "removed"])
def test_a_session_that_outlives_the_killed_server_is_waited_for(
    database: EmbeddedDatabase, home: Path, connect: Connect, eventually: Eventually, lock_file: str
) -> None:
    database.ensure_running()
    orphan = psutil.Process(connect(database).info.backend_pid)
    # Like one that is deep in a long statement, it does not notice the death of its server.
    orphan.suspend()
    killed(database, eventually)
    if lock_file == "removed":
        # Then it is PostgreSQL itself that notices.
        (home / "database.running").unlink()
    with ThreadPoolExecutor(1) as threads:
        started = threads.submit(database.ensure_running)
        try:
            if lock_file == "removed":
                eventually(lambda: "is still in use" in (home / "database.log").read_text())
            eventually(lambda: is_locked(home / "database.lock"))
            assert not database.is_running()
        finally:
            orphan.resume()
        started.result()
    assert database.is_running()
    assert not lives(orphan.pid)


def test_a_server_whose_process_cannot_be_seen_is_used_and_gets_no_second_one(
    database: EmbeddedDatabase, home: Path, monkeypatch: pytest.MonkeyPatch, connect: Connect
) -> None:
    database.ensure_running()
    pid = database.postmaster_pid()
    with monkeypatch.context() as in_another_container:
        in_another_container.setattr(Postmaster, "state", lambda _: None)
        another = EmbeddedDatabase(home)
        another.ensure_running()
        assert connect(another).execute("SELECT 1").fetchone() == (1,)
    assert database.postmaster_pid() == pid


def test_a_crashed_session_does_not_keep_others_from_starting(
    database: EmbeddedDatabase, home: Path, connect: Connect
) -> None:
    database.ensure_running()
    os.kill(connect(database).info.backend_pid, signal.SIGKILL)
    another = EmbeddedDatabase(home)
    another.ensure_running()
    assert another.postmaster_pid() == database.postmaster_pid()


@pytest.fixture(params=["of this user", "of the server's user", "called postgres", "a zombie"])
def foreign(request: pytest.FixtureRequest, home: Path, eventually: Eventually) -> Iterator[psutil.Process]:
    """A process that has nothing to do with the database."""
    code = "pass" if request.param == "a zombie" else "import time; time.sleep(600)"
    name = "/opt/postgres" if request.param == "called postgres" else sys.executable
    owner = (home / "database").stat().st_uid if request.param == "of the server's user" else None
    with subprocess.Popen(
        [name, "-S", "-c", code] if owner is None else ["sleep", "600"],
        executable=sys.executable if owner is None else None,
        user=owner if os.geteuid() == 0 else None,
    ) as child:
        process = psutil.Process(child.pid)
        if request.param == "a zombie":
            eventually(lambda: process.status() == psutil.STATUS_ZOMBIE)
        yield process
        child.kill()


def test_a_reused_number_in_the_pid_file_is_no_server_and_is_never_signalled(
    database: EmbeddedDatabase, home: Path, eventually: Eventually, foreign: psutil.Process
) -> None:
    database.hold()
    database.ensure_running()
    pid_file = home / "database" / "postmaster.pid"
    left_behind = pid_file.read_text()
    before = killed(database, eventually)
    pid_file.write_text(left_behind.replace(str(before), str(foreign.pid), 1))
    status = foreign.status()

    assert not database.is_running()
    database.stop()
    database.ensure_running()
    assert database.postmaster_pid() not in {None, foreign.pid}
    database.release()
    assert not database.is_running()
    assert (foreign.is_running(), foreign.status() == status) == (True, True)


def test_nothing_is_signalled_at_exit_where_the_server_died_and_its_number_was_reused(
    database: EmbeddedDatabase, home: Path, start_user: Start, eventually: Eventually
) -> None:
    user = start_user(home)
    user.postmaster_pid()
    pid_file = home / "database" / "postmaster.pid"
    left_behind = pid_file.read_text()
    before = killed(database, eventually)
    with subprocess.Popen(["sleep", "600"]) as foreign:
        pid_file.write_text(left_behind.replace(str(before), str(foreign.pid), 1))
        user.leave()
        assert foreign.poll() is None
        foreign.kill()


@pytest.mark.parametrize("content", ["", "\n", "what?\n", "-77\n", "999999999\n/elsewhere\n"])
def test_a_pid_file_that_makes_no_sense_is_no_obstacle(database: EmbeddedDatabase, home: Path, content: str) -> None:
    (home / "database" / "postmaster.pid").write_text(content)
    database.ensure_running()
    assert database.is_running()


def test_leftovers_of_an_interrupted_beginning_are_replaced(new_database: EmbeddedDatabase, empty_home: Path) -> None:
    half = empty_home / "database.new"
    (half / "base").mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    new_database.ensure_running()
    assert not half.exists()


def test_a_process_killed_while_it_makes_the_database_does_no_harm(
    new_database: EmbeddedDatabase, empty_home: Path, start_user: Start, eventually: Eventually, connect: Connect
) -> None:
    user = start_user(empty_home)
    eventually((empty_home / "database.new" / "PG_VERSION").exists)
    user.kill()
    new_database.ensure_running()
    assert connect(new_database).execute("SELECT 1").fetchone() == (1,)


def test_a_server_that_is_just_stopping_is_waited_for_and_started_again(
    database: EmbeddedDatabase, home: Path, connect: Connect, eventually: Eventually
) -> None:
    database.ensure_running()
    before = database.postmaster_pid()
    assert before is not None
    session = connect(database)
    # A smart shutdown waits for the session.
    os.kill(before, signal.SIGTERM)
    eventually(lambda: "stopping" in (home / "database" / "postmaster.pid").read_text())
    with ThreadPoolExecutor(1) as threads:
        started = threads.submit(database.ensure_running)
        session.close()
        started.result()
    assert database.postmaster_pid() not in {None, before}


def test_a_socket_that_was_cleaned_away_comes_back(database: EmbeddedDatabase, home: Path, connect: Connect) -> None:
    database.ensure_running()
    (home / "database" / ".s.PGSQL.5432").unlink()
    database.ensure_running()
    assert connect(database).execute("SELECT 1").fetchone() == (1,)


def test_data_that_was_moved_while_its_server_runs_keeps_its_server(
    database: EmbeddedDatabase, home: Path, empty_home: Path, connect: Connect
) -> None:
    database.ensure_running()
    pid = database.postmaster_pid()
    with moved(home, empty_home) as elsewhere:
        elsewhere.ensure_running()
        assert elsewhere.postmaster_pid() == pid
        assert connect(elsewhere).execute("SELECT 1").fetchone() == (1,)
        elsewhere.stop()
        assert not elsewhere.is_running()
