"""A file that was brought to the pages: checked and imported by the queue, once, whatever is killed or clicked."""

from __future__ import annotations

import gzip
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from curbledger.clients.audit_entry import AuditEntry
from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, Invalid
from curbledger.importing import turns
from curbledger.importing.file_import import FileImport, State
from curbledger.importing.import_file import import_file
from curbledger.importing.kept import KeptMapping, keep_mapping
from curbledger.importing.schema import Kind
from curbledger.importing.steps import ask_to_check, ask_to_import, drop_import, map_file
from curbledger.importing.tidy import tidy_imports
from curbledger.importing.turns import bring_in, files_wait, take_file
from curbledger.importing.upload import receive
from curbledger.kit import clock
from curbledger.violations.models import Violation
from tests import cast
from tests.importing.conftest import AT, TICKETS
from tests.violations.races import Other, committed, committed_database, second_connection

__all__ = ["committed", "committed_database"]

ROWS = "number,issued,fine\nA1,2026-03-01,50\nA2,2026-03-02,60\nA3,2026-03-03,oops\n"


@pytest.fixture
def home() -> Path:
    """Where files lie. Each town has a folder of its own."""
    place: Path = settings.CURBLEDGER.home
    return place


@pytest.fixture
def town(committed: str, home: Path) -> Client:
    """Of a code that no other test process has: they share the folder of files."""
    return cast.town(f"IMPORT-{uuid.uuid4().hex[:10]}")


def brought(
    town: Client, rows: str | bytes = ROWS, mapping: str = TICKETS, name: str = "old tickets.csv"
) -> FileImport:
    data = rows.encode() if isinstance(rows, str) else rows
    with client_scope(town.pk):
        one = receive(
            town, name=name, chunks=[data], kind=Kind.VIOLATIONS, most_megabytes=1, at=AT, by="maud@example.org"
        )
        map_file(one, mapping)
        ask_to_check(town, one, at=AT, by="maud@example.org")
    return again(town, one)


def again(town: Client, one: FileImport) -> FileImport:
    with client_scope(town.pk):
        return FileImport.objects.select_related("client").get(pk=one.pk)


def turn(town: Client) -> FileImport:
    taken = take_file(town)
    assert taken is not None
    bring_in(town, taken, at=AT)
    return again(town, taken)


def wish(town: Client, one: FileImport) -> None:
    with client_scope(town.pk):
        ask_to_import(town, one, at=AT, by="ada@example.org")


def tickets(town: Client) -> list[str]:
    with client_scope(town.pk):
        return list(Violation.objects.order_by("ticket").values_list("ticket", flat=True))


def counts(one: FileImport) -> tuple[int | None, int | None, int | None]:
    return one.imported, one.already_there, one.rejected


def test_a_check_changes_nothing_and_the_import_does_what_it_said(town: Client) -> None:
    one = brought(town)
    checked = turn(town)
    assert (checked.state, counts(checked)) == (State.CHECKED, (2, 0, 1))
    assert tickets(town) == []
    wish(town, one)
    done = turn(town)
    assert (done.state, counts(done)) == (State.DONE, (2, 0, 1))
    assert tickets(town) == ["A1", "A2"]
    assert take_file(town) is None


def test_a_file_goes_when_it_is_imported_and_its_rejected_rows_stay_some_days(town: Client) -> None:
    one = brought(town)
    assert turn(town).path.exists()
    wish(town, one)
    done = turn(town)
    assert not done.path.exists()
    assert done.file_erased_at is not None
    assert "oops" in done.rejected_path.read_text(encoding="utf-8")
    kept = timedelta(days=settings.CURBLEDGER.import_kept_days)
    with client_scope(town.pk):
        assert tidy_imports(town, at=AT + kept) == 0
        assert done.rejected_path.exists()
        assert tidy_imports(town, at=AT + kept + timedelta(seconds=1)) == 1
        assert not done.folder.exists()
        assert tidy_imports(town, at=AT + 2 * kept) == 0
    assert again(town, one).state == State.DONE


def test_what_was_imported_is_written_down_as_that_of_whoever_asked(town: Client) -> None:
    one = brought(town)
    turn(town)
    wish(town, one)
    turn(town)
    with client_scope(town.pk):
        assert {one.by_name for one in AuditEntry.objects.filter(about="violation")} == {"ada@example.org"}


def test_a_file_that_nobody_goes_on_with_is_erased_and_so_is_one_that_was_dropped(town: Client) -> None:
    left, dropped = brought(town), brought(town)
    turn(town)
    turn(town)
    with client_scope(town.pk):
        drop_import(dropped, at=AT)
        assert tidy_imports(town, at=AT) == 1
        assert not dropped.folder.exists()
        assert tidy_imports(town, at=AT + timedelta(days=31)) == 1
    assert not left.folder.exists()
    assert again(town, left).state == State.DROPPED


def test_a_folder_that_no_import_has_is_erased_once_it_is_old(town: Client) -> None:
    one = brought(town)
    stray = one.folder.with_name("stray")
    stray.mkdir()
    now = clock.now()
    with client_scope(town.pk):
        tidy_imports(town, at=now)
        assert stray.exists()
        tidy_imports(town, at=now + timedelta(days=2))
    assert not stray.exists()
    assert one.folder.exists()


def test_only_what_was_checked_is_imported(town: Client) -> None:
    one = brought(town)
    with pytest.raises(Conflict):
        wish(town, one)
    turn(town)
    remap(town, one)
    with pytest.raises(Conflict):
        wish(town, one)
    assert tickets(town) == []


def remap(town: Client, one: FileImport) -> None:
    with client_scope(town.pk):
        map_file(one, TICKETS)


def test_two_who_ask_at_once_start_one_import(town: Client) -> None:
    one = brought(town)
    turn(town)
    with client_scope(town.pk):
        ask_to_import(town, one, at=AT, by="maud@example.org")
        other = Other(lambda: wish(town, one))
        other.wait_until_blocked()
    with pytest.raises(Conflict):
        other.result()
    assert counts(turn(town)) == (2, 0, 1)
    assert take_file(town) is None


def test_two_workers_take_two_files(town: Client) -> None:
    first, second = brought(town), brought(town, "number,issued,fine\nB1,2026-03-01,50\n")
    taken = [take_file(town), take_file(town)]
    assert [one.pk for one in taken if one] == [first.pk, second.pk]
    assert take_file(town) is None


class TestAKilledWorker:
    @pytest.fixture(autouse=True)
    def _soon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever shows no life for a moment counts as dead."""
        monkeypatch.setattr(turns, "STALE", 0.0)

    def test_its_file_is_taken_again_and_imported_once(self, town: Client) -> None:
        one = brought(town)
        turn(town)
        wish(town, one)
        assert take_file(town) is not None
        assert files_wait(town)
        done = turn(town)
        assert (done.state, counts(done), done.attempts) == (State.DONE, (2, 0, 1), 2)
        assert not files_wait(town)

    def test_one_that_was_only_slow_undoes_what_it_did(self, town: Client) -> None:
        """Both import; the one that was taken over finds another attempt there, and nothing of its work stays."""
        one = brought(town)
        turn(town)
        wish(town, one)
        slow = take_file(town)
        assert slow is not None
        quick = turn(town)
        assert quick.state == State.DONE
        # Its file is gone by now; what it read before is not.
        quick.path.write_text(ROWS.replace("A", "Z"), encoding="utf-8")
        bring_in(town, slow, at=AT)
        assert tickets(town) == ["A1", "A2"]
        assert counts(again(town, one)) == (2, 0, 1)

    def test_a_file_that_ends_its_worker_again_and_again_is_given_up(self, town: Client) -> None:
        one = brought(town)
        for _ in range(turns.MOST_ATTEMPTS):
            assert take_file(town) is not None
        ended = turn(town)
        assert ended.state == State.FAILED
        assert "again and again" in ended.fault
        with client_scope(town.pk):
            ask_to_check(town, one, at=AT, by="maud@example.org")
        assert turn(town).state == State.CHECKED


def test_a_worker_at_work_says_how_far_it_is(town: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others see it while the import's own transaction is open: the sign of life has a connection of its own."""
    monkeypatch.setattr(turns, "BEAT", 0.01)
    one = brought(town)
    seen: list[Any] = []
    real = import_file

    def watched(*args: Any, **options: Any) -> Any:
        options["progress"](17)
        with second_connection(town) as others:
            while not seen or seen[-1] != 17:
                seen.append(others.execute("SELECT position FROM file_import WHERE id = %s", [one.pk]).fetchone()[0])  # type: ignore[index]
                others.rollback()
                others.execute("SELECT set_config('curbledger.client_id', %s, true)", [str(town.pk)])
        return real(*args, **options)

    monkeypatch.setattr(turns, "import_file", watched)
    assert turn(town).state == State.CHECKED
    assert seen[-1] == 17


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (b"", "empty"),
        (b"\n\n \n", "empty"),
        (b"PK\x03\x04spreadsheet", "spreadsheet"),
        (b"%PDF-1.4\0\0\0", "no text"),
        (gzip.compress(ROWS.encode())[:-12], "damaged"),
        (gzip.compress(b""), "empty"),
        ("number,issued\n".encode("utf-16"), "UTF-16"),
        (b"x" * (1024 * 1024 + 1), "larger than 1 MB"),
    ],
    ids=["nothing", "blank", "xlsx", "pdf", "broken gzip", "empty gzip", "utf-16", "large"],
)
def test_what_is_no_csv_is_refused_in_words_and_nothing_of_it_stays(
    town: Client, home: Path, rows: bytes, says: str
) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        brought(town, rows)
    assert str(home) not in refused.value.message
    with client_scope(town.pk):
        assert not FileImport.objects.exists()
    assert [one for one in (home / "imports" / town.key).rglob("*") if one.is_file()] == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\old\\tickets.csv", "..", "", "\0\n.csv", "x" * 300 + ".csv.gz", "é" * 200, "/"]
)
def test_a_name_leads_nowhere_else(town: Client, home: Path, name: str) -> None:
    one = brought(town, name=name)
    assert one.path.parent == one.folder
    assert one.folder.parent.parent == home / "imports"
    assert turn(town).state == State.CHECKED


def test_a_file_that_breaks_off_in_the_middle_fails_in_words_and_can_be_dropped(town: Client, home: Path) -> None:
    rows = "number,issued,fine\n" + "".join(f"{number},2026-03-01,50.{number % 97}\n" for number in range(60000))
    one = brought(town, gzip.compress(rows.encode())[:-2000], name="long.csv.gz")
    ended = turn(town)
    assert ended.state == State.FAILED
    assert "breaks off" in ended.fault
    assert str(home) not in ended.fault
    assert tickets(town) == []
    # Nothing half written stays beside the file and what was said of it.
    assert sorted(path.name for path in one.folder.iterdir()) == ["long.csv.gz", "said.json"]


def test_a_file_that_is_gone_fails_in_words(town: Client, home: Path) -> None:
    one = brought(town)
    one.path.unlink()
    ended = turn(town)
    assert (ended.state, str(home) in ended.fault) == (State.FAILED, False)
    assert ended.fault


def test_what_nobody_foresaw_ends_the_file_and_not_the_queue(town: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    brought(town)
    monkeypatch.setattr(turns, "import_file", lambda *_, **__: 1 / 0)
    ended = turn(town)
    assert ended.state == State.FAILED
    assert "ZeroDivision" not in ended.fault


def test_a_mapping_that_fits_no_row_rejects_every_one_with_its_reason(town: Client) -> None:
    one = brought(town, mapping=TICKETS.replace('fine = "fine"', 'fine = "issued"'))
    checked = turn(town)
    assert counts(checked) == (0, 0, 3)
    assert "is not an amount" in one.rejected_path.read_text(encoding="utf-8")


def test_a_mapping_of_columns_that_are_not_there_fails_by_their_names(town: Client) -> None:
    brought(town, mapping=TICKETS.replace('"fine"', '"fines"'))
    ended = turn(town)
    assert ended.state == State.FAILED
    assert "has no column 'fines'; did you mean 'fine'?" in ended.fault


def test_a_job_waits_with_the_wish_and_not_twice(town: Client) -> None:
    one = brought(town)
    brought(town)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'client_id' = %s", [str(town.pk)])
        assert cursor.fetchone() == (1,)
    assert one.state == State.WAITING


def test_a_kept_mapping_is_written_over_and_what_it_was_is_in_the_audit(town: Client) -> None:
    other = TICKETS.replace("20", "30")
    with client_scope(town.pk):
        for text in (TICKETS, other):
            keep_mapping(town, kind=Kind.VIOLATIONS, name=" Old  system ", text=text, at=AT, by="maud@example.org")
        (kept,) = KeptMapping.objects.all()
        assert (kept.name, kept.text) == ("Old system", other)
        changed = AuditEntry.objects.get(about="import_mapping", act="changed")
        assert changed.changes["text"] == [TICKETS, other]
        with pytest.raises(Invalid):
            keep_mapping(town, kind=Kind.VIOLATIONS, name="Bad", text="[fields]", at=AT, by="maud@example.org")
        with pytest.raises(Invalid):
            keep_mapping(town, kind=Kind.VIOLATIONS, name="  ", text=TICKETS, at=AT, by="maud@example.org")
