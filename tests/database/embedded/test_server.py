"""What the embedded database is like, and how processes share it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from curbledger.database import embedded
from curbledger.database.embedded import EmbeddedDatabase
from curbledger.database.embedded.locks import FileLock
from curbledger.errors import DatabaseUnavailable, Misconfigured
from tests.database.embedded.conftest import Connect, Start, moved

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


def test_a_new_home_gets_a_database_whose_owner_is_bound_by_row_level_security(
    new_database: EmbeddedDatabase, connect: Connect
) -> None:
    new_database.ensure_running()
    row = connect(new_database).execute(
        """
        SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
          FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba
         WHERE datname = current_database() AND rolname = current_user
        """
    )
    assert row.fetchone() == ("curbledger", True, False, False, False, False, False)


def test_text_and_time_are_the_same_on_every_system_and_a_commit_is_on_the_disk(
    database: EmbeddedDatabase, connect: Connect
) -> None:
    database.ensure_running()
    connection = connect(database)
    locale = "SELECT pg_encoding_to_char(encoding), datlocprovider::text, datlocale FROM pg_database"
    assert set(connection.execute(locale).fetchall()) == {("UTF8", "b", "C.UTF-8")}
    expected = {
        "TimeZone": "UTC",
        "data_checksums": "on",
        "fsync": "on",
        "full_page_writes": "on",
        "jit": "off",
        "listen_addresses": "",
        "max_connections": "100",
        "max_wal_size": "2GB",
        "shared_buffers": "256MB",
        "synchronous_commit": "on",
    }
    assert {name: connection.execute(f"SHOW {name}").fetchone() for name in expected} == {
        name: (value,) for name, value in expected.items()
    }


def test_an_operator_may_tune_it_but_not_open_or_weaken_it(
    database: EmbeddedDatabase, settings_file: Path, connect: Connect
) -> None:
    with settings_file.open("a") as file:
        file.write("work_mem = '11MB'\nlisten_addresses = '*'\nfsync = off\n")
    database.ensure_running()
    connection = connect(database)
    shown = [connection.execute(f"SHOW {name}").fetchone() for name in ("work_mem", "listen_addresses", "fsync")]
    assert shown == [("11MB",), ("",), ("on",)]


def test_only_its_owner_reaches_the_data_and_the_socket(database: EmbeddedDatabase, home: Path) -> None:
    database.ensure_running()
    assert stat.S_IMODE((home / "database").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "database" / ".s.PGSQL.5432").stat().st_mode) == 0o700


def test_the_parameters_are_the_same_in_every_process_and_without_a_server(home: Path) -> None:
    code = "import sys, pathlib; from curbledger.database import embedded as e; print(e.of(pathlib.Path(sys.argv[1]))"
    command = [sys.executable, "-c", f"{code}.connection_parameters(superuser=True))", str(home)]
    elsewhere = {**os.environ, "TMPDIR": str(home)}
    done = subprocess.run(command, env=elsewhere, capture_output=True, text=True, check=True)
    database = EmbeddedDatabase(home)
    assert done.stdout.strip() == str(database.connection_parameters(superuser=True))
    assert not database.is_running()


def test_a_home_has_one_object_however_it_is_spelt(home: Path) -> None:
    assert embedded.of(home) is embedded.of(home / "database" / "..")


def test_asking_again_takes_no_lock(database: EmbeddedDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    database.ensure_running()
    with monkeypatch.context() as patched:
        patched.setattr(FileLock, "take", lambda *_, **__: pytest.fail("a lock was taken"))
        database.ensure_running()


def test_a_missing_role_and_database_are_made_again(database: EmbeddedDatabase, home: Path, connect: Connect) -> None:
    database.ensure_running()
    superuser = connect(database, database="postgres", superuser=True)
    superuser.execute("DROP DATABASE curbledger")
    superuser.execute("DROP ROLE curbledger")
    EmbeddedDatabase(home).ensure_running()
    assert connect(database).execute("SELECT current_user").fetchone() == ("curbledger",)


def test_processes_that_begin_at_once_on_a_new_home_share_one_server(
    new_database: EmbeddedDatabase, empty_home: Path, start_user: Start
) -> None:
    users = [start_user(empty_home) for _ in range(4)]
    assert len({user.postmaster_pid() for user in users}) == 1
    for user in users:
        user.leave()
    assert not new_database.is_running()


def test_threads_that_begin_at_once_share_one_server(database: EmbeddedDatabase, home: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        for started in [threads.submit(EmbeddedDatabase(home).ensure_running) for _ in range(8)]:
            started.result()
    assert database.is_running()


def test_the_last_user_stops_the_server(database: EmbeddedDatabase, home: Path, start_user: Start) -> None:
    first, second = start_user(home), start_user(home)
    pid = first.postmaster_pid()
    assert second.postmaster_pid() == pid
    first.leave()
    assert database.postmaster_pid() == pid
    second.leave()
    assert not database.is_running()


def test_a_killed_user_does_not_keep_the_server_alive(
    database: EmbeddedDatabase, home: Path, start_user: Start
) -> None:
    killed = start_user(home)
    killed.postmaster_pid()
    database.hold()
    killed.kill()
    assert database.is_running()
    database.release()
    assert not database.is_running()


def test_a_user_that_begins_while_the_last_one_stops_the_server_gets_a_new_one(
    database: EmbeddedDatabase, home: Path, start_user: Start, connect: Connect
) -> None:
    for _ in range(3):
        leaving = start_user(home)
        leaving.postmaster_pid()
        assert leaving.process.stdin is not None
        leaving.process.stdin.close()
        leaving.process.stdin = None
        database.hold()
        database.ensure_running()
        assert connect(database).execute("SELECT 1").fetchone() == (1,)
        leaving.leave()
        assert database.is_running()
        database.release()


FORKING = """
import os, sys
from pathlib import Path
from curbledger.database import embedded

database = embedded.of(Path(sys.argv[1]))
database.hold()
database.ensure_running()
ready, tell = os.pipe()
if os.fork() == 0:
    if sys.argv[2] == "holding":
        database.hold()
    os.write(tell, b".")
    sys.stdin.read()
    sys.exit()
os.read(ready, 1)
database.release()
print(database.is_running(), flush=True)
os.wait()
"""


@pytest.mark.parametrize(("child", "runs_on"), [("holding", "True"), ("idle", "False")])
def test_a_forked_child_counts_as_a_user_when_it_says_so_itself(
    database: EmbeddedDatabase, home: Path, child: str, runs_on: str
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FORKING, str(home), child], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == runs_on
        process.communicate()
    assert not database.is_running()


@linux
def test_the_server_has_a_session_of_its_own_and_nothing_of_ours(
    database: EmbeddedDatabase, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURBLEDGER_SECRET_KEY", "not for the server")
    monkeypatch.setenv("PGOPTIONS", "--work_mem=3MB")
    database.hold()
    database.ensure_running()
    pid = database.postmaster_pid()
    assert pid is not None
    assert os.getsid(pid) == pid
    environment = Path(f"/proc/{pid}/environ").read_text()
    assert "not for the server" not in environment
    assert "PGOPTIONS" not in environment
    opened = {descriptor.readlink() for descriptor in Path(f"/proc/{pid}/fd").iterdir()}
    assert home / "database.running" in opened
    assert not opened & {home / "database.lock", home / "database.users"}


LONG = "a-folder-with-quite-a-long-name/" * 4


@pytest.mark.parametrize("folder", [LONG, "a, b/c"], ids=["too long", "a list to libpq"])
def test_a_path_that_no_socket_can_have_is_served_from_a_private_folder(
    home: Path, empty_home: Path, folder: str, connect: Connect
) -> None:
    with moved(home, empty_home / folder) as database:
        host = Path(str(database.connection_parameters()["host"]))
        database.hold()
        database.ensure_running()
        assert connect(database).execute("SELECT 1").fetchone() == (1,)
        assert (host.parent, stat.S_IMODE(host.stat().st_mode)) == (Path("/tmp"), 0o700)
    host.rmdir()


def test_a_path_with_spaces_and_quotes_will_do(home: Path, empty_home: Path, connect: Connect) -> None:
    with moved(home, empty_home / 'it\'s 5% "ours" \\ $HOME é') as database:
        database.ensure_running()
        assert connect(database).execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("kind", ["open to others", "a link"])
def test_a_socket_folder_that_somebody_else_planted_is_refused(empty_home: Path, kind: str) -> None:
    database = EmbeddedDatabase(empty_home / LONG)
    host = Path(str(database.connection_parameters()["host"]))
    if kind == "a link":
        host.symlink_to(empty_home)
    else:
        host.mkdir()
        host.chmod(0o777)
    try:
        for attempt in (database.hold, database.ensure_running):
            with pytest.raises(Misconfigured, match="others can reach it"):
                attempt()
    finally:
        host.unlink() if kind == "a link" else host.rmdir()


def test_files_that_are_no_database_are_left_alone(new_database: EmbeddedDatabase, empty_home: Path) -> None:
    (empty_home / "database").mkdir()
    precious = empty_home / "database" / "precious.txt"
    precious.write_text("mine")
    with pytest.raises(Misconfigured, match="holds no database"):
        new_database.ensure_running()
    assert precious.read_text() == "mine"


def test_an_empty_folder_in_the_place_of_the_data_is_used(new_database: EmbeddedDatabase, empty_home: Path) -> None:
    (empty_home / "database").mkdir()
    new_database.ensure_running()
    assert new_database.is_running()


def test_data_of_another_version_is_refused_and_left_alone(new_database: EmbeddedDatabase, empty_home: Path) -> None:
    version = empty_home / "database" / "PG_VERSION"
    version.parent.mkdir()
    version.write_text("17\n")
    with pytest.raises(Misconfigured, match="PostgreSQL 17"):
        new_database.ensure_running()
    assert version.read_text() == "17\n"


def test_what_postgresql_said_when_it_did_not_start_is_told(database: EmbeddedDatabase, settings_file: Path) -> None:
    with settings_file.open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(DatabaseUnavailable, match="no_such_setting"):
        database.ensure_running()


def test_stopping_what_does_not_run_does_nothing(empty_home: Path) -> None:
    database = EmbeddedDatabase(empty_home / "not there")
    database.stop()
    database.release()
    assert database.postmaster_pid() is None
    assert not (empty_home / "not there").exists()
