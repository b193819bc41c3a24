"""The queue's process is killed with kill -9 in the middle of an import: another one does all of it, once."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from tests.stories.conftest import SMALL
from tests.stories.test_killed_import import MAPPING, ROWS, wait_until_blocked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.stories.house import House

# What the pages do, in a process of its own: it sees the house's database.
PAGES = """
import sys
import django
django.setup()
from curbledger.clients.client import find_client
from curbledger.database.scope import client_scope
from curbledger.importing.file_import import FileImport
from curbledger.importing.schema import Kind
from curbledger.importing.steps import ask_to_check, ask_to_import, map_file
from curbledger.importing.upload import receive
from curbledger.kit import clock

client, at, by = find_client("OC_TOMA"), clock.now(), "maud@example.org"
with client_scope(client.pk):
    if sys.argv[1] == "bring":
        rows = sys.stdin.buffer.read()
        one = receive(client, name="old.csv", chunks=[rows], kind=Kind.VIOLATIONS, most_megabytes=9, at=at, by=by)
        map_file(one, sys.argv[2])
        ask_to_check(client, one, at=at, by=by)
    else:
        ask_to_import(client, FileImport.objects.get(pk=sys.argv[2]), at=at, by=by)
"""


def pages(house: House, *arguments: str, rows: str = "") -> None:
    command = [sys.executable, "-c", PAGES, *arguments]
    subprocess.run(command, env=house.variables(), input=rows, text=True, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def queue(house: House) -> Iterator[subprocess.Popen[bytes]]:
    """A process that works on the queue."""
    process = subprocess.Popen(
        [sys.executable, "-m", "curbledger", "work"],
        env=house.variables(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_killed_worker_has_imported_nothing_and_another_imports_all_of_it_once(
    move_in: Callable[[tuple[int, int]], House],
) -> None:
    house = move_in(SMALL)
    count = "SELECT count(*) FROM violation WHERE ticket LIKE 'K-%%'"
    rows = "number,issued,fine\n" + "".join(f"K-{n},2026-03-01,50\n" for n in range(ROWS))
    with queue(house) as worker, psycopg.connect(house.url) as somebody:
        pages(house, "bring", MAPPING, rows=rows)
        ((one,),) = house.wait_for("SELECT id FROM file_import WHERE state = 'checked'")
        # They are giving a ticket the file's last number: the import has written thousands, and waits for them. One
        # that owes nothing: what else the queue does in the meantime, such as late fees, has no business with it.
        somebody.execute("SELECT set_config('curbledger.client_id', (SELECT id::text FROM client), true)")
        somebody.execute(
            "UPDATE violation SET ticket = %s WHERE id = (SELECT min(id) FROM violation WHERE balance <= 0)",
            [f"K-{ROWS - 1}"],
        )
        pages(house, "import", str(one))
        wait_until_blocked(somebody)
        worker.kill()
        worker.wait()
        somebody.rollback()

    assert house.query(count) == [(0,)]
    assert house.query("SELECT state, attempts, imported FROM file_import") == [("working", 1, None)]
    # Half a minute goes by without a sign of life.
    house.query("UPDATE file_import SET beat_at = beat_at - interval '1 minute' RETURNING id")
    with queue(house):
        # Whoever brings a file next wakes the queue, which looks for all that waits; so it does by itself each minute.
        pages(house, "bring", MAPPING, rows="number,issued,fine\nL-1,2026-03-01,50\n")
        house.wait_for("SELECT id FROM file_import WHERE state = 'done'")
        house.wait_for("SELECT id FROM file_import WHERE state = 'checked'")

    assert house.query(count) == [(ROWS,)]
    assert house.query("SELECT attempts, imported, already_there, rejected FROM file_import WHERE state = 'done'") == [
        (2, ROWS, 0, 0)
    ]
    # In the name of whoever asked for it, and no word of it from the one that was killed.
    assert house.query(
        "SELECT DISTINCT by_name, sum(rows) FROM audit_entry WHERE about = 'violation' AND act = 'added' "
        "AND by_name = 'maud@example.org' GROUP BY by_name"
    ) == [("maud@example.org", ROWS)]
