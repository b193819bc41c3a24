"""doctor, on good installations and on broken ones."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.violations.hold import hold_violation
from tests import cast
from tests.cli.conftest import as_role
from tests.cli.typing_in import typed
from tests.databases import server, superuser

if TYPE_CHECKING:
    from curbledger.clients.client import Client
    from tests.stories.house import House


@pytest.fixture
def town(db: None) -> Client:
    """A new town: nothing has had time to go wrong."""
    return cast.town(at=clock.now())


def bad(house: House, **environment: str) -> list[str]:
    """What doctor finds wrong, in a process of its own."""
    said = run_doctor(replace(house, environment=environment), expect=1)
    return [line.removeprefix("BAD  ") for line in said.splitlines() if not line.startswith("ok ")]


def run_doctor(house: House, *, expect: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "curbledger", "doctor"],
        env=house.variables(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == expect, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_a_good_installation(town: Client) -> None:
    said = typed("doctor").stdout.splitlines()
    assert all(line.startswith("ok   ") for line in said)
    assert said[-1] == "ok   OC_TOMA: collections are on, nothing is stuck."
    assert any(line.startswith("ok   The embedded database answers: PostgreSQL ") for line in said)


def test_a_real_process_agrees(empty_house: House) -> None:
    assert all(line.startswith("ok   ") for line in run_doctor(empty_house).splitlines())


def test_a_misspelt_setting_is_found(empty_house: House) -> None:
    said = bad(empty_house, CURBLEDGER_THREAD="4")
    assert said[0].endswith("what is no setting: CURBLEDGER_THREAD, which may mean CURBLEDGER_THREADS.")


def test_missing_tables_are_found_with_the_command_that_makes_them(empty_house: House) -> None:
    database = psycopg.conninfo.conninfo_to_dict(empty_house.url)["dbname"]
    with superuser() as admin:
        admin.execute(f"DROP DATABASE {database}")
        admin.execute(f"CREATE DATABASE {database} OWNER curbledger")
    assert bad(empty_house) == ["There are no tables yet.", "     Run `curbledger migrate`."]
    said = empty_house.run("serve", "--port", "0", expect=1)
    assert said == "Error: [tables] There are no tables yet. Run `curbledger migrate`."
    said = empty_house.run("explain", "OC_TOMA", "4711", expect=1)
    assert said.startswith("Error: The database has no tables yet, or those of another version. Run `curbledger mi")


def test_older_and_newer_tables_are_told_apart(town: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('wire', '9999_future', now())")
        assert (
            "BAD  The tables are those of a newer version: 1 migrations are unknown" in typed("doctor", expect=1).stdout
        )
        cursor.execute("DELETE FROM django_migrations WHERE app = 'wire'")
    assert "BAD  The tables are those of an older version: 1 wait." in typed("doctor", expect=1).stdout


def test_a_superuser_is_found_with_the_sql_for_a_proper_role(empty_house: House) -> None:
    said = bad(as_role(empty_house, "postgres"))
    assert said[0].startswith("The database role postgres is a superuser, so that it sees the rows of every client.")
    assert said[1].startswith("     CREATE ROLE curbledger LOGIN NOSUPERUSER NOBYPASSRLS")


def test_tables_of_another_role_are_found(empty_house: House) -> None:
    role = f"guest_of_{os.getpid()}"
    with superuser() as admin:
        admin.execute(f"CREATE ROLE {role} LOGIN")
    try:
        said = bad(as_role(empty_house, role))
    finally:
        with superuser() as admin:
            admin.execute(f"DROP ROLE {role}")
    assert said[0].startswith("The tables cannot be read: permission denied")


@pytest.mark.parametrize(
    "url",
    ["postgresql://u:hush@127.0.0.1:1/name", "postgresql://u:hush@no-such-host.invalid/name?connect_timeout=5"],
    ids=["nobody listens", "no such host"],
)
def test_a_database_that_does_not_answer_is_found_without_its_password(empty_house: House, url: str) -> None:
    said = bad(replace(empty_house, url=url))
    assert said[0].startswith("DATABASE_URL does not answer: ")
    assert said[1] == "     Check DATABASE_URL, and that this machine may reach it."
    assert "hush" not in "".join(said)


def test_an_unwritable_home_is_found(empty_house: House, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = bad(replace(empty_house, home=tmp_path / "file" / "home"))
    assert said[0] == f"{tmp_path / 'file' / 'home'} cannot be written to: Not a directory."


def test_a_missing_key_file_is_found(empty_house: House) -> None:
    said = bad(empty_house, CURBLEDGER_SECRET_KEY_FILE="/nowhere/key")
    assert said == ["CURBLEDGER_SECRET_KEY_FILE names /nowhere/key, and there is no such file."]


def test_more_workers_than_connections_are_found(town: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CURBLEDGER", settings.CURBLEDGER.model_copy(update={"workers": 9}))
    said = typed("doctor", expect=1).stdout
    assert "BAD  The server may want 307 connections, and the embedded database takes " in said


def test_a_record_that_cannot_be_printed_raises_an_alarm(town: Client, overdue: str) -> None:
    with client_scope(town.pk):
        hold_violation(town, overdue, kind="unprintable", reason="x", at=clock.now(), by="system")
    said = typed("doctor", expect=1).stdout
    assert f"BAD  OC_TOMA: 1 violation could not be printed and is set aside: ticket {overdue}." in said
    typed("hold", "release", "OC_TOMA", "--ticket", overdue, "--kind", "unprintable", "--reason", "mended")
    assert "nothing is stuck" in typed("doctor").stdout


def test_the_embedded_database_that_cannot_start_is_found_with_its_log(empty_house: House, tmp_path: Path) -> None:
    server()
    home = tmp_path / "broken"
    (home / "database").mkdir(parents=True)
    (home / "database" / "note").touch()
    said = bad(replace(empty_house, url="", home=home))
    assert said[0].endswith("holds no database, but other files. Move it out of the way.")
    assert said[1] == f"     Its log is {home / 'database.log'}."
    shutil.rmtree(home)


def test_payments_that_stopped_are_a_note_for_the_office_and_no_fault(db: None) -> None:
    cast.town(at=clock.now() - timedelta(days=30))
    said = typed("doctor").stdout
    assert "note OC_TOMA: " in said
    assert "BAD" not in said
