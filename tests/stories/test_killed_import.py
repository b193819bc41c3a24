"""An import is killed in the middle: it has done nothing, and is simply started again."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import psycopg

from tests.stories.conftest import SMALL
from tests.stories.house import PATIENCE, House

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAPPING = """
[fields]
ticket = "number"
issued = "issued"
due = { days_after_issue = 20 }
fine = "fine"
"""
# More than are written at a time.
ROWS = 4100
_BLOCKED = (
    "SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
    "WHERE NOT l.granted AND l.locktype = 'transactionid' AND a.query LIKE '%INSERT INTO \"violation\"%'"
)


def wait_until_blocked(database: psycopg.Connection[Any]) -> None:
    """Wait until somebody who writes tickets stands before what this transaction has written."""
    deadline = time.monotonic() + PATIENCE
    while database.execute(_BLOCKED).fetchone() is None:
        assert time.monotonic() < deadline, "nobody waits"
        # What others do is seen as it was at the first look of a transaction, unless it is told to look again.
        database.execute("SELECT pg_stat_clear_snapshot()")
        time.sleep(0.05)  # wait: between two looks at the database, with a deadline.


def test_a_killed_import_has_done_nothing_and_can_be_run_again(
    move_in: Callable[[tuple[int, int]], House], tmp_path: Path
) -> None:
    house = move_in(SMALL)
    file, mapping = tmp_path / "tickets.csv", tmp_path / "mapping.toml"
    file.write_text("number,issued,fine\n" + "".join(f"K-{n},2026-03-01,50\n" for n in range(ROWS)))
    mapping.write_text(MAPPING)
    arguments = ["import", "violations", str(file), "--client", "OC_TOMA", "--mapping", str(mapping)]
    count = "SELECT count(*) FROM violation WHERE ticket LIKE 'K-%%'"
    with psycopg.connect(house.url) as somebody:
        # They are giving a ticket the file's last number: the import has written thousands, and waits for them.
        somebody.execute("SELECT set_config('curbledger.client_id', (SELECT id::text FROM client), true)")
        somebody.execute(
            "UPDATE violation SET ticket = %s WHERE id = (SELECT min(id) FROM violation)", [f"K-{ROWS - 1}"]
        )
        importing = subprocess.Popen(
            [sys.executable, "-m", "curbledger", *arguments], env=house.variables(), stderr=subprocess.DEVNULL
        )
        try:
            wait_until_blocked(somebody)
        finally:
            importing.kill()
            importing.wait()
        somebody.rollback()

    assert house.query(count) == [(0,)]
    assert house.run(*arguments).endswith(f"imported {ROWS}, already there 0, rejected 0")
    assert house.query(count) == [(ROWS,)]
    assert house.run(*arguments).endswith(f"imported 0, already there {ROWS}, rejected 0")
