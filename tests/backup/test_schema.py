"""Which pg_dump is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from curbledger.backup import schema
from curbledger.database.embedded import programs
from curbledger.errors import Misconfigured

if TYPE_CHECKING:
    from pathlib import Path


def program(folder: Path, version: str) -> Path:
    """A pg_dump that is of this version and can do nothing else."""
    folder.mkdir()
    path = folder / "pg_dump"
    path.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}'\n")
    path.chmod(0o755)
    return path


def test_one_that_knows_the_server_is_taken_ours_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = program(tmp_path / "newer", "99.1")
    monkeypatch.setenv("PATH", str(newer.parent), prepend=":")

    assert schema._pg_dump(15) == programs.folder() / "pg_dump"
    assert schema._pg_dump(99) == newer


def test_a_server_newer_than_every_pg_dump_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = program(tmp_path / "older", "15.4 (Debian 15.4-1)")
    monkeypatch.setenv("PATH", str(older.parent), prepend=":")

    with pytest.raises(
        Misconfigured, match=r"needs pg_dump of that version or newer; that of \d+ is installed.*Install"
    ):
        schema._pg_dump(99)
