"""Files as they come: broken quotes, ragged rows, damaged archives; and the list of what was rejected."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from curbledger.database.scope import client_scope
from curbledger.errors import Invalid
from curbledger.importing.mapping import FileRules
from curbledger.importing.reader import open_table
from curbledger.importing.rejected import Rejected, beside
from curbledger.registry.models import Make, Vehicle
from curbledger.violations.models import Violation
from tests.importing.conftest import TICKETS, Desk

HEADER = "number,issued,fine,comment\n"
COMMENTS = TICKETS + '\ncomment = "comment"\n'


def count(desk: Desk) -> int:
    with client_scope(desk.client.pk):
        return Violation.objects.count()


def test_a_quote_that_never_closes_costs_one_line(desk: Desk) -> None:
    rows = '1,2026-03-01,50,fine\n2,2026-03-01,50,"a 5 inch pipe\n3,2026-03-01,50,fine\n'
    rows += '4,2026-03-01,50,"good"\n5,2026-03-01,50,fine\n'

    assert desk.bring(HEADER + rows, COMMENTS).line == "imported 4, already there 0, rejected 1"

    (bad,) = desk.rejected()
    assert (bad["line"], bad["number"]) == ("3", '2,2026-03-01,50,"a 5 inch pipe')
    assert bad["reason"].startswith("this line is not CSV: a quote")


def test_a_cell_without_end_costs_one_line(desk: Desk) -> None:
    rows = f"1,2026-03-01,50,{'x' * 200_000}\n2,2026-03-01,50,fine\n"

    assert desk.bring(HEADER + rows, COMMENTS).line == "imported 1, already there 0, rejected 1"

    listed = (desk.folder / "file.rejected.csv").read_text(encoding="utf-8")
    assert "a quote opens and never closes, or a cell is longer than 131,072 characters" in listed


@pytest.mark.parametrize("opening", ["", '"'])
def test_a_line_without_end_costs_itself_and_no_memory(desk: Desk, opening: str) -> None:
    rows = f"1,2026-03-01,50,{opening}é{'é' * 20_000_000}\n2,2026-03-01,50,fine\n3,never,50,x\n"
    path = desk.write(HEADER + rows, "long.csv.gz")

    tracemalloc.start()
    with open_table(path, FileRules()) as table:
        found = list(table.rows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [(row.line, row.fault and str(row.fault)) for row in found] == [
        (2, "the line is longer than 1,048,576 bytes"),
        (3, None),
        (4, None),
    ]
    assert found[0].cells[0].startswith("1,2026-03-01,50,éé")
    assert peak < 8_000_000


def test_an_inch_in_the_middle_of_a_cell_is_an_inch(desk: Desk) -> None:
    desk.bring(HEADER + '1,2026-03-01,50,a 5" pipe\n', COMMENTS)

    assert desk.ticket("1").comment == 'a 5" pipe'


def test_quotes_may_mean_nothing(desk: Desk) -> None:
    mapping = '[file]\nquote = ""\ndelimiter = ";"\n' + COMMENTS

    done = desk.bring('number;issued;fine;comment\n1;2026-03-01;50;"5 inch\n2;never;50;a; b\n3;never;50;c\n', mapping)

    assert done.line == "imported 1, already there 0, rejected 2"
    assert desk.ticket("1").comment == '"5 inch'
    again = desk.bring((desk.folder / "file.rejected.csv").read_bytes(), mapping, name="again.csv")
    assert again.line == "imported 0, already there 0, rejected 2"


def test_lines_are_counted_as_an_editor_counts_them(desk: Desk) -> None:
    rows = '1,2026-03-01,50,"two\nlines"\n\n2,never,50,x\n3,2026-03-01\n'

    desk.bring(HEADER + rows, COMMENTS)

    assert [(one["line"], one["reason"]) for one in desk.rejected()] == [
        ("5", "issued: 'never' is no day as %Y-%m-%d writes it"),
        ("6", "the row has 2 columns, and the header has 4"),
    ]


def test_mended_rows_are_imported_by_the_same_mapping(desk: Desk) -> None:
    mapping = '[file]\nencoding = "latin-1"\n' + COMMENTS
    desk.bring((HEADER + "1,never,50,Près\n2,2026-03-01,50,x\n").encode("latin-1"), mapping)
    listed = (desk.folder / "file.rejected.csv").read_bytes()

    mended = desk.bring(listed.replace(b",never,", b",2026-03-02,"), mapping, name="mended.csv")

    assert mended.line == "imported 1, already there 0, rejected 0"
    assert desk.ticket("1").comment == "Près"


def test_a_file_without_a_header_has_its_columns_named(desk: Desk) -> None:
    mapping = '[file]\nheader = ["number", "issued", "fine"]\n' + TICKETS

    assert desk.bring("1,2026-03-01,50\n", mapping).imported == 1


def test_the_list_is_gone_once_nothing_is_rejected(desk: Desk) -> None:
    desk.bring(HEADER + "1,never,50,x\n", COMMENTS)
    assert (desk.folder / "file.rejected.csv").exists()

    desk.bring(HEADER + "1,2026-03-01,50,x\n", COMMENTS)

    assert not (desk.folder / "file.rejected.csv").exists()
    assert not [one for one in desk.folder.iterdir() if one.name.startswith(".")]


def test_somebody_elses_file_of_that_name_stays(desk: Desk) -> None:
    (desk.folder / "file.rejected.csv").write_text("my own notes")

    desk.bring(HEADER + "1,2026-03-01,50,x\n", COMMENTS)

    assert (desk.folder / "file.rejected.csv").read_text() == "my own notes"


def test_columns_called_line_and_reason_are_kept_apart(desk: Desk) -> None:
    desk.bring("number,issued,fine,reason\n1,never,50,theirs\n")

    (bad,) = desk.rejected()
    assert bad["reason (file)"] == "theirs"
    assert bad["reason"].startswith("issued:")


@pytest.mark.parametrize(
    ("name", "rejected"),
    [
        ("a.csv", "a.rejected.csv"),
        ("a.csv.gz", "a.rejected.csv"),
        ("A.CSV", "A.rejected.csv"),
        ("a.b.txt", "a.b.rejected.csv"),
        ("tickets", "tickets.rejected.csv"),
        (".csv", ".csv.rejected.csv"),
    ],
)
def test_the_list_lies_beside_the_file(name: str, rejected: str) -> None:
    assert beside(Path("in") / name) == Path("in") / rejected


@pytest.mark.parametrize(("place", "why"), [("no/list.csv", "No such file"), (".", "it is a folder")])
def test_a_list_that_cannot_be_written_stops_the_import(desk: Desk, place: str, why: str) -> None:
    rows = HEADER + "1,2026-03-01,50,x\n2,never,50,x\n"

    with pytest.raises(Invalid, match=rf"cannot be written to .*{why}.*Say where with --rejected"):
        desk.bring(rows, COMMENTS, rejected_path=desk.folder / place)

    assert count(desk) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_stops_the_import_and_is_not_blamed_on_the_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(Rejected, "_open", lambda self: setattr(self, "_file", full))
        with pytest.raises(Invalid, match=r"The rejected rows cannot be written to .*: No space left"):
            desk.bring(HEADER + "1,2026-03-01,50,x\n2,never,50,x\n", COMMENTS)

    assert count(desk) == 0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "has no header"),
        (b"\n\n", "has no header"),
        (b"\xff\xfen\x00u\x00", "is UTF-16"),
        ("number,issued,fine\n".encode("utf-16-be"), "zero bytes in its header, as UTF-16 and UTF-32 have"),
        (gzip.compress(HEADER.encode() + b"1,2026-03-01,50,x\n" * 5000, mtime=0)[:-20], "breaks off, or is damaged"),
        (b"number,issued,fine\r1,2026-03-01,50\r", "bare carriage return"),
        (
            b"ticket,issued,fine\n1,2026-03-01,50\n",
            r"fields.ticket: file.csv has no column 'number'\.\n  The columns of file.csv are: ticket, issued, fine\.",
        ),
        (b"numbers,issued,fine\n1,2026-03-01,50\n", r"did you mean 'numbers'\?"),
        (b"NUMBER,issued,fine\n1,2026-03-01,50\n", r"did you mean 'NUMBER'\?"),
        (b"number;issued;fine\n1;2026-03-01;50\n", r"If ';' separates them, say `delimiter = \";\"` under \[file\]"),
        (b"number\tissued\tfine\n", r"say `delimiter = \"\\t\"` under"),
        (b"number,number,issued,fine\n1,1,2026-03-01,50\n", "several columns 'number'"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(desk: Desk, data: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        desk.bring(data)

    assert count(desk) == 0


def test_a_file_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(Invalid, match="cannot be read: No such file"), open_table(desk.folder / "no.csv", FileRules()):
        pass


def test_a_dry_run_changes_nothing_and_says_the_same(desk: Desk) -> None:
    mapping = TICKETS + 'plate = "plate"\nmake = "make"\n'
    rows = "number,issued,fine,plate,make\n1,2026-03-01,50,A 1,Tuk Tuk\n1,2026-03-01,50,A 1,\n2,never,50,,\n"
    with client_scope(desk.client.pk):
        makes = Make.objects.count()

    dry = desk.bring(rows, mapping, dry_run=True)

    assert dry.line == "imported 1, already there 1, rejected 1"
    with client_scope(desk.client.pk):
        assert (Violation.objects.count(), Vehicle.objects.count(), Make.objects.count()) == (0, 0, makes)
    assert not (desk.folder / "file.rejected.csv").exists()
    assert desk.bring(rows, mapping).line == dry.line
    assert desk.bring(rows, mapping, dry_run=True).line == "imported 0, already there 2, rejected 1"


def test_a_dry_run_lists_rejected_rows_where_it_is_told_to(desk: Desk) -> None:
    desk.bring(HEADER + "1,never,50,x\n", COMMENTS, dry_run=True, rejected_path=desk.folder / "look.csv")

    assert len(desk.rejected("look.csv")) == 1


def test_reading_keeps_memory_flat(desk: Desk) -> None:
    path = desk.write(HEADER + "".join(f"{n},2026-03-01,50,{'x' * 200}\n" for n in range(100_000)), "large.csv.gz")

    tracemalloc.start()
    with open_table(path, FileRules()) as table:
        rows = sum(1 for _ in table.rows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert rows == 100_000
    assert peak < 1_000_000
