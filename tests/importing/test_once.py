"""Once is once: run again, in parts, broken off, or by two people at the same time."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.importing import import_file as module
from curbledger.importing.growth import Growth
from curbledger.importing.import_file import Imported, import_file
from curbledger.importing.mapping import load_mapping
from curbledger.importing.schema import Kind
from curbledger.importing.violations import Violations
from curbledger.registry.models import Make, Vehicle
from curbledger.violations.models import Payment, Violation
from tests import cast
from tests.importing.conftest import AT, TICKETS, Desk
from tests.violations.races import Other, another_town, committed, committed_database, committed_town, second_connection

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["committed", "committed_database", "committed_town"]

MADE = """
[fields]
ticket = { made_from = ["car", "issued", "fine"] }
issued = "issued"
due = { days_after_issue = 20 }
fine = "fine"
plate = "car"
make = "make"
paid = "paid"
"""
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A1", "a 1", "B2", ""]),
        st.sampled_from(["2026-03-01", "2026-03-02", "never"]),
        st.sampled_from(["50", "0", "$60.00", "-1"]),
        st.sampled_from(["", "FORD", "Tuk Tuk"]),
        st.sampled_from(["", "10"]),
    ),
    max_size=14,
)


def csv_of(rows: list[tuple[str, ...]]) -> str:
    return "car,issued,fine,make,paid\n" + "".join(f"{','.join(row)}\n" for row in rows)


def ledger(client: Client) -> list[Any]:
    """Everything that an import leaves, but for ids and times."""
    with client_scope(client.pk):
        return [
            list(
                Violation.objects.order_by("ticket").values_list(
                    "ticket", "issued_at", "due_at", "fine", "balance", "vehicle__plate_key", "vehicle__make__name"
                )
            ),
            list(Vehicle.objects.order_by("plate_key").values_list("plate", "plate_key", "make__name")),
            sorted(Make.objects.values_list("name", flat=True)),
            Payment.objects.count(),
        ]


@given(rows=ROWS, cut=st.integers(0, 14), slice_rows=st.sampled_from([1, 3, 4000]))
@settings(max_examples=20)
def test_a_shorter_export_first_the_whole_twice_equals_once(
    db: None, tmp_path: Path, rows: list[tuple[str, ...]], cut: int, slice_rows: int
) -> None:
    once, parts = Desk(another_town(), tmp_path), Desk(another_town(), tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        whole = once.bring(csv_of(rows), MADE)
        patch.setattr(module, "_ROWS_AT_A_TIME", slice_rows)
        first = parts.bring(csv_of(rows[:cut]), MADE)
        second = parts.bring(csv_of(rows), MADE)
        third = parts.bring(csv_of(rows), MADE)

    assert whole.imported + whole.rejected == len(rows)
    assert first.imported + second.imported == whole.imported
    assert second.already_there == first.imported
    assert (third.imported, third.already_there) == (0, whole.imported)
    assert second.rejected == third.rejected == whole.rejected
    assert ledger(once.client) == ledger(parts.client)


@given(rows=ROWS, cut=st.integers(0, 14))
@settings(max_examples=10)
def test_two_parts_of_a_file_with_numbers_equal_the_whole(
    db: None, tmp_path: Path, rows: list[tuple[str, ...]], cut: int
) -> None:
    mapping = MADE.replace('ticket = { made_from = ["car", "issued", "fine"] }', 'ticket = "number"')
    numbered = [f"{number},{','.join(row)}\n" for number, row in enumerate(rows)]
    header = "number,car,issued,fine,make,paid\n"
    once, parts = Desk(another_town(), tmp_path), Desk(another_town(), tmp_path)

    once.bring(header + "".join(numbered), mapping)
    parts.bring(header + "".join(numbered[:cut]), mapping)
    parts.bring(header + "".join(numbered[cut:]), mapping)

    assert ledger(once.client) == ledger(parts.client)


def test_equal_rows_are_separate_tickets(desk: Desk) -> None:
    row = ("A1", "2026-03-01", "50", "", "")

    assert desk.bring(csv_of([row] * 3), MADE).imported == 3
    assert desk.bring(csv_of([row] * 5), MADE).line == "imported 2, already there 3, rejected 0"


def start(client: Client, desk: Desk, rows: str, mapping: str) -> Other[Imported]:
    """Somebody else imports the same file."""
    rules = load_mapping(desk.write(mapping, "theirs.toml"), Kind.VIOLATIONS)
    path = desk.write(rows, "theirs.csv")
    return Other(lambda: import_file(client, path, kind=Kind.VIOLATIONS, mapping=rules, at=AT, by="other"))


def test_two_imports_of_one_file_at_once_do_not_double(committed_town: Client, tmp_path: Path) -> None:
    desk = Desk(committed_town, tmp_path)
    rows = csv_of([("A1", "2026-03-01", "50", "Tuk Tuk", "")] * 40)

    with client_scope(committed_town.pk):
        mine = desk.bring(rows, MADE)
        # Mine is not committed yet, and theirs waits for it.
        other = start(committed_town, desk, rows, MADE)
        other.wait_until_blocked()
    theirs = other.result()

    assert (mine.imported, theirs.line) == (40, "imported 0, already there 40, rejected 0")
    with client_scope(committed_town.pk):
        assert Violation.objects.count() == 40


def test_somebody_at_the_counter_may_write_the_same_ticket_meanwhile(
    committed_town: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(committed_town, tmp_path)
    looked = Violations._known
    busy = iter([True])

    def look(self: Any, numbers: list[str]) -> Any:
        known = looked(self, numbers)
        if next(busy, False):
            Other(_issue).result()
        return known

    def _issue() -> None:
        with client_scope(committed_town.pk):
            cast.issue(committed_town, "2", at=AT)

    monkeypatch.setattr(Violations, "_known", look)

    done = desk.bring("number,issued,fine\n1,2026-03-21,50\n2,2026-03-21,50\n", TICKETS)

    assert done.line == "imported 1, already there 1, rejected 0"
    with client_scope(committed_town.pk):
        assert Violation.objects.count() == 2


def test_an_import_that_is_broken_off_has_done_nothing(
    committed_town: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(committed_town, tmp_path)
    rows = csv_of([("A1", "2026-03-01", "50", "Tuk Tuk", "10"), ("B2", "never", "50", "", "")] * 6)
    before = ledger(committed_town)
    monkeypatch.setattr(module, "_ROWS_AT_A_TIME", 4)
    counted = iter([None, None])

    def stop(_added: int) -> None:
        if next(counted, "enough") == "enough":
            raise KeyboardInterrupt

    monkeypatch.setattr(Growth, "note", lambda _self, added: stop(added))
    with pytest.raises(KeyboardInterrupt):
        desk.bring(rows, MADE)

    assert ledger(committed_town) == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file.csv", "mapping.toml"]
    monkeypatch.undo()
    assert desk.bring(rows, MADE).line == "imported 6, already there 0, rejected 6"


def test_payments_wait_for_a_claim_and_lock_in_its_order(committed_town: Client, tmp_path: Path) -> None:
    desk = Desk(committed_town, tmp_path)
    with client_scope(committed_town.pk):
        first, second = cast.issue(committed_town, "1", at=AT), cast.issue(committed_town, "2", at=AT)
    rules = load_mapping(
        desk.write('[fields]\nticket = "t"\namount = "a"\nreference = "r"\npaid_on = "d"\n'), Kind.PAYMENTS
    )
    path = desk.write("t,a,r,d\n2,10,R1,2026-05-01\n1,10,R2,2026-05-01\n", "pay.csv")

    with second_connection(committed_town) as claim:
        claim.execute("SELECT 1 FROM violation WHERE id = %s FOR NO KEY UPDATE", [first.pk])
        other = Other(lambda: import_file(committed_town, path, kind=Kind.PAYMENTS, mapping=rules, at=AT, by="other"))
        other.wait_until_blocked()
        # In file order, the import would hold the second one by now, and the claim would wait for it in a circle.
        claim.execute("SELECT 1 FROM violation WHERE id = %s FOR NO KEY UPDATE NOWAIT", [second.pk])

    assert other.result().imported == 2
    assert desk.ticket("2").balance == Decimal(40)


def test_another_client_sees_nothing_of_it(desk: Desk, campus: Client) -> None:
    desk.bring("number,issued,fine\n1,2026-03-01,50\n")

    with client_scope(campus.pk):
        assert not Violation.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM violation")
        assert cursor.fetchone() == (0,)
    assert Desk(campus, desk.folder).bring("number,issued,fine\n1,2026-03-01,50\n").imported == 1
