"""The drill: hand over, back up, destroy, restore. Nothing goes twice, and what went is shown again byte for byte."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.stories.house import Answer, House, Server, read_answer, wait_until_held_up
from tests.stories.ledger import check_answer, token

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[[str], House]


@pytest.fixture(params=["external", "embedded"])
def make(request: pytest.FixtureRequest) -> Make:
    found: Make = request.getfixturevalue(request.param)
    return found


def _fill(house: House) -> None:
    house.run("migrate")
    house.run("demo", "OC_TOMA", "--violations", "60", "--overdue", "20")
    # A second client, so that a backup that sees one client only cannot pass.
    house.run("demo", "CAMPUS", "--violations", "30", "--overdue", "7")


def _show(server: Server, secret: str, path: str) -> Answer:
    with server.connect() as connection:
        connection.sendall(
            f"GET /api/OC_TOMA/v1/collections/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            f"Authorization: Bearer {secret}\r\n\r\n".encode()
        )
        return read_answer(connection)


def _stored(home: Path) -> dict[str, str]:
    files = home / "files"
    return {
        str(path.relative_to(files)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files.rglob("*")
        if path.is_file()
    }


def test_after_a_restore_nothing_goes_twice_and_all_is_shown_again(make: Make, tmp_path: Path) -> None:
    old = make("old")
    _fill(old)
    secret = token(old)
    server = old.serve()
    first = server.collect(secret)
    check_answer(first)
    assert len(first.ids) == 20
    before = old.run("preview", "CAMPUS")
    pictures = _stored(old.home)
    assert pictures
    said = old.run("backup", str(tmp_path / "kept"))
    assert said.endswith(f"and {len(pictures)} files to {tmp_path / 'kept'}.")
    old.close()
    shutil.rmtree(old.home, ignore_errors=True)

    new = make("new")
    new.run("restore", str(tmp_path / "kept"))
    assert _stored(new.home) == pictures
    assert new.run("preview", "CAMPUS") == before
    server = new.serve()
    assert server.collect(secret).ids == []
    path = f"batches/{first.headers['x-batch-id']}"
    again = _show(server, secret, f"{path}/records")
    assert again.whole
    assert again.body == first.body
    assert json.loads(_show(server, secret, path).body)["state"] == "delivered"
    # What is new gets numbers that nobody had, and goes.
    new.run("demo", "OC_TOMA", "--violations", "5", "--overdue", "3", "--seed", "9")
    more = server.collect(secret)
    check_answer(more)
    assert len(more.ids) == 3
    assert not set(more.ids) & set(first.ids)
    new.run("doctor")


def _plain(row: Any) -> str:
    """A definition without the casts that PostgreSQL writes in another way once it has read its own words."""
    return re.sub(r"::(character varying|text)|[()\[\]\s]", "", str(row))


def test_a_restored_database_is_bound_as_before(external: Make, tmp_path: Path) -> None:
    old = external("old")
    _fill(old)
    old.run("backup", str(tmp_path / "kept"))
    new = external("new")
    new.run("restore", str(tmp_path / "kept"))
    for house in (old, new):
        assert house.query("SELECT count(*) FROM violation", client="campus") == [(30,)]
    catalog = (
        "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, "
        "(SELECT array_agg(pg_get_constraintdef(k.oid) ORDER BY pg_get_constraintdef(k.oid)) FROM pg_constraint k "
        " WHERE k.conrelid = c.oid AND k.contype <> 'n'), "
        "(SELECT array_agg(pg_get_indexdef(i.indexrelid) ORDER BY pg_get_indexdef(i.indexrelid)) "
        " FROM pg_index i WHERE i.indrelid = c.oid), "
        "(SELECT array_agg(pg_get_expr(p.polqual, p.polrelid)) FROM pg_policy p WHERE p.polrelid = c.oid), "
        "(SELECT array_agg(pg_get_triggerdef(t.oid) ORDER BY t.tgname) FROM pg_trigger t "
        " WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) "
        "FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1"
    )
    assert [_plain(row) for row in old.query(catalog)] == [_plain(row) for row in new.query(catalog)]
    assert "up to date" in new.run("migrate")


def test_a_backup_that_was_touched_is_refused_and_changes_nothing(external: Make, tmp_path: Path) -> None:
    old = external("old")
    _fill(old)
    kept = tmp_path / "kept"
    old.run("backup", str(kept))
    new = external("new")
    rows = kept / "rows" / "violation.copy.zst"
    whole = rows.read_bytes()
    rows.write_bytes(whole[:-1])
    assert "violation.copy.zst was changed" in new.run("restore", str(kept), expect=1)
    rows.unlink()
    assert "violation.copy.zst is missing" in new.run("restore", str(kept), expect=1)
    assert "has no tables" in new.run("preview", "OC_TOMA", expect=1)
    rows.write_bytes(whole)
    new.run("restore", str(kept))


def test_only_an_empty_installation_is_restored_into(external: Make, tmp_path: Path) -> None:
    old = external("old")
    _fill(old)
    kept = tmp_path / "kept"
    old.run("backup", str(kept))
    said = old.run("restore", str(kept), expect=1)
    assert "is not empty" in said
    shutil.rmtree(old.home / "files")
    assert "there are rows in client" in old.run("restore", str(kept), expect=1)
    assert len(old.query("SELECT 1 FROM violation")) == 60
    migrated = external("migrated")
    migrated.run("migrate")
    migrated.run("restore", str(kept))
    assert len(migrated.query("SELECT 1 FROM violation")) == 60


def test_a_restore_may_replace_what_is_there_if_it_is_told_so(external: Make, tmp_path: Path) -> None:
    house = external("old")
    _fill(house)
    kept = tmp_path / "kept"
    house.run("backup", str(kept))
    pictures = _stored(house.home)
    secret = token(house)
    house.run("demo", "OC_TOMA", "--violations", "40", "--overdue", "5", "--seed", "9")
    assert _stored(house.home).items() > pictures.items()
    changed, *_ = sorted(pictures)
    (house.home / "files" / changed).write_bytes(b"scribbled over")
    assert "say --replace" in house.run("restore", str(kept), expect=1)
    server = house.serve()
    assert len(server.collect(secret).ids) == 25
    assert "Stop it first" in house.run("restore", str(kept), "--replace", expect=1)
    server.stop()

    house.run("restore", str(kept), "--replace")

    assert _stored(house.home) == pictures
    assert len(house.query("SELECT 1 FROM violation")) == 60
    assert house.query("SELECT 1 FROM batch") == []
    assert "Collections" not in house.run("batches", "OC_TOMA")


def test_a_restore_that_is_killed_leaves_what_was_there(external: Make, tmp_path: Path) -> None:
    house = external("old")
    house.run("migrate")
    kept = tmp_path / "kept"
    house.run("backup", str(kept))
    house.run("demo", "OC_TOMA", "--violations", "30", "--overdue", "5")
    pictures = _stored(house.home)
    with psycopg.connect(house.url) as somebody:
        # They read a table that has to go, and the restore stands and waits.
        somebody.execute("LOCK TABLE placement IN ACCESS SHARE MODE")
        restoring = subprocess.Popen(
            [sys.executable, "-m", "curbledger", "restore", str(kept), "--replace"],
            env=house.variables(),
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until_held_up(somebody)
        finally:
            restoring.kill()
            restoring.wait()
    assert len(house.query("SELECT 1 FROM violation")) == 30
    assert _stored(house.home) == pictures
    house.run("doctor")


def test_a_restore_that_fails_at_its_end_has_changed_nothing(external: Make, tmp_path: Path) -> None:
    old, new = external("old"), external("new")
    _fill(old)
    kept = tmp_path / "kept"
    old.run("backup", str(kept))
    # Where the files' folder should be, something else is in the way.
    (new.home / "files").write_text("in the way")
    assert "files" in new.run("restore", str(kept), expect=1)
    assert "has no tables" in new.run("preview", "OC_TOMA", expect=1)
    assert sorted(path.name for path in new.home.iterdir() if "partial" in path.name) == []


def test_another_programs_tables_are_never_taken_away(external: Make, tmp_path: Path) -> None:
    house = external("old")
    house.run("migrate")
    kept = tmp_path / "kept"
    house.run("backup", str(kept))
    with psycopg.connect(house.url) as somebody:
        somebody.execute("CREATE TABLE their_own (id int)")
    for more in ((), ("--replace",)):
        said = house.run("restore", str(kept), *more, expect=1)
        assert "a table that is not Curbledger's: their_own" in said


def test_a_folder_that_cannot_be_written_is_one_clear_line(external: Make, tmp_path: Path) -> None:
    house = external("old")
    house.run("migrate")
    (tmp_path / "file").write_text("no folder")
    said = house.run("backup", str(tmp_path / "file" / "kept"), expect=1)
    assert said.startswith("Error: ")
    assert len(said.splitlines()) == 1


def test_a_backup_never_writes_over_anything(external: Make, tmp_path: Path) -> None:
    old = external("old")
    assert "no tables yet" in old.run("backup", str(tmp_path / "none"), expect=1)
    assert not (tmp_path / "none").exists()
    old.run("migrate")
    kept = tmp_path / "kept"
    kept.mkdir()
    old.run("backup", str(kept))
    names = sorted(path.name for path in kept.iterdir())
    assert names == ["SHA256SUMS", "manifest.json", "rows", "schema"]
    assert "not empty" in old.run("backup", str(kept), expect=1)
    assert "is no backup" in old.run("restore", str(tmp_path), expect=1)
    assert not list(tmp_path.glob(".*partial"))
