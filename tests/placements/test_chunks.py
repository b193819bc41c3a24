"""Chunks: printed once, stored compressed; what cannot be printed is set aside, and stops nobody else's."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
import zstandard
from django.db import DataError, InterfaceError, InternalError, NotSupportedError, OperationalError, ProgrammingError

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import CurbledgerError
from curbledger.placements import chunks
from curbledger.placements.alarms import alarms
from curbledger.placements.batch import Batch, Chunk, Placement, Revision
from curbledger.placements.chunks import Unprintable, chunk_at, set_aside
from curbledger.violations.hold import release_hold
from curbledger.violations.models import Hold, Violation
from curbledger.wire.records import print_chunk
from tests import cast
from tests.cast import NOON, issue
from tests.placements.handing import body, break_off, broken, call, history, marked, tickets

Print = Callable[[int, Sequence[int]], bytes]


@pytest.fixture
def print_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[Print], None]:
    """Let another printer print."""

    def use(printer: Print) -> None:
        monkeypatch.setattr(chunks, "printer", lambda: printer)

    return use


def _failing_on(*bad: Violation, error: Exception | None = None) -> Print:
    """The product's printer, but for some that it cannot print, which could be mended later by emptying the set."""
    ids = {one.pk for one in bad}

    def printer(revision_id: int, violation_ids: Sequence[int]) -> bytes:
        if ids.intersection(violation_ids):
            raise error or DataError("timestamp out of range")
        return print_chunk(revision_id, violation_ids)

    return printer


def _issued(town: Client, count: int) -> list[Violation]:
    with client_scope(town.pk):
        return [issue(town, f"T-{number}") for number in range(1, count + 1)]


def _held(town: Client) -> list[tuple[int | None, str]]:
    with client_scope(town.pk):
        return list(Hold.objects.order_by("id").values_list("violation_id", "kind"))


def _stored(revision: Revision) -> list[Chunk]:
    with client_scope(revision.client_id):
        return list(Chunk.objects.filter(revision_id=revision.pk).order_by("position"))


@pytest.mark.usefixtures("chunks_of_two")
def test_a_revision_is_stored_in_chunks_that_make_up_its_answer(town: Client) -> None:
    _issued(town, 5)
    handoff = call(town)
    answer = body(handoff)
    stored = _stored(handoff.revision)
    printed = [zstandard.decompress(bytes(one.body)) for one in stored]
    assert [(one.position, one.record_count) for one in stored] == [(0, 2), (1, 2), (2, 1)]
    assert [one.size for one in stored] == list(map(len, printed))
    assert answer == b'{"records":[' + b",".join(printed) + bytes(handoff.revision.tail)


def test_a_chunk_is_kept_compressed(town: Client) -> None:
    _issued(town, 40)
    (stored,) = _stored(call(town).revision)
    assert len(bytes(stored.body)) < stored.size / 10


@pytest.mark.usefixtures("chunks_of_two")
def test_the_first_chunk_is_stored_with_the_claim_and_no_other(town: Client) -> None:
    _issued(town, 5)
    assert [one.position for one in _stored(call(town).revision)] == [0]


def test_an_empty_revision_has_no_chunk(town: Client) -> None:
    handoff = call(town)
    assert body(handoff).startswith(b'{"records":[],"state":{')
    assert _stored(handoff.revision) == []


def test_a_stored_chunk_is_never_printed_again(town: Client, print_with: Callable[[Print], None]) -> None:
    (issued,) = _issued(town, 1)
    handoff = call(town)
    before = body(handoff)
    print_with(_failing_on(issued, error=AssertionError("printed again")))
    with client_scope(town.pk):
        Violation.objects.update(comment="Changed since.")
    assert body(handoff) == before


@pytest.mark.usefixtures("chunks_of_two")
def test_whoever_stores_a_chunk_first_decides_its_bytes(town: Client, print_with: Callable[[Print], None]) -> None:
    _issued(town, 4)
    revision = call(town).revision
    with client_scope(town.pk):

        def printer(revision_id: int, violation_ids: Sequence[int]) -> bytes:
            # Somebody else prints the same chunk meanwhile, and is done first.
            chunks._store(revision, 1, 2, b'"theirs"')
            return b'"ours"'

        print_with(printer)
        assert chunk_at(revision, 1) == b'"theirs"'
        assert chunk_at(revision, 1) == b'"theirs"'


def test_one_that_cannot_be_printed_is_set_aside_and_the_rest_goes(
    town: Client, print_with: Callable[[Print], None], caplog: pytest.LogCaptureFixture
) -> None:
    issued = _issued(town, 3)
    print_with(_failing_on(issued[1]))
    with caplog.at_level(logging.ERROR, "curbledger"):
        handoff = call(town)
    assert (handoff.count, handoff.total, tickets(handoff)) == (2, Decimal("100.00"), ["T-1", "T-3"])
    assert _held(town) == [(issued[1].pk, "unprintable")]
    assert marked(issued) == [NOON, None, NOON]
    assert history(issued[1]) == []
    assert f"violation {issued[1].pk} cannot be printed" in caplog.text
    with client_scope(town.pk):
        assert "timestamp out of range" in Hold.objects.get().reason
        assert any(alarm.ticket == "T-2" for alarm in alarms(town, at=NOON))


def test_several_that_cannot_be_printed_are_all_set_aside(town: Client, print_with: Callable[[Print], None]) -> None:
    issued = _issued(town, 5)
    print_with(_failing_on(issued[0], issued[4]))
    assert tickets(call(town)) == ["T-2", "T-3", "T-4"]
    assert _held(town) == [(issued[0].pk, "unprintable"), (issued[4].pk, "unprintable")]


def test_the_only_one_there_is_is_set_aside_too(town: Client, print_with: Callable[[Print], None]) -> None:
    print_with(_failing_on(*_issued(town, 1)))
    assert call(town).count == 0
    assert len(_held(town)) == 1


def test_what_was_mended_goes_with_the_next_call(town: Client, print_with: Callable[[Print], None]) -> None:
    issued = _issued(town, 2)
    print_with(_failing_on(issued[0]))
    call(town)
    print_with(print_chunk)
    assert call(town).count == 0
    with client_scope(town.pk):
        release_hold(Hold.objects.get().pk, reason="Mended.", at=NOON, by="clerk")
    assert tickets(call(town)) == ["T-1"]


@pytest.mark.usefixtures("chunks_of_two")
def test_in_a_later_chunk_it_breaks_the_answer_and_the_next_revision_goes_without(
    town: Client, print_with: Callable[[Print], None]
) -> None:
    issued = _issued(town, 5)
    print_with(_failing_on(issued[3]))
    first = call(town)
    assert first.count == 5
    with pytest.raises(Unprintable, match="1 records could not be printed"):
        body(first)
    break_off(first)
    assert _held(town) == [(issued[3].pk, "unprintable")]
    second = call(town)
    assert (second.batch_uuid, second.revision.number) == (first.batch_uuid, 2)
    assert (second.count, tickets(second)) == (4, ["T-1", "T-2", "T-3", "T-5"])
    assert history(issued[3]) == [(1, "withdrawn", "on_hold")]


@pytest.mark.usefixtures("chunks_of_two")
def test_a_call_with_a_key_goes_without_it_too(town: Client, print_with: Callable[[Print], None]) -> None:
    who = cast.caller(town)
    issued = _issued(town, 5)
    print_with(_failing_on(issued[3]))
    first = broken(town, who, key="k")
    with pytest.raises(Unprintable):
        body(first)
    second = call(town, who, key="k")
    assert (second.revision.number, tickets(second)) == (2, ["T-1", "T-2", "T-3", "T-5"])


def test_one_that_is_set_aside_already_is_not_set_aside_again(town: Client) -> None:
    (issued,) = _issued(town, 1)
    with client_scope(town.pk):
        for _ in range(2):
            set_aside(town.pk, Unprintable([issued.pk], "DataError"), at=NOON)
    assert len(_held(town)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        OperationalError("the connection is lost"),
        InterfaceError("the connection is closed"),
        InternalError("cache lookup failed"),
        ProgrammingError("function wire_time does not exist"),
        NotSupportedError("cannot use a recovery time line"),
        ImportError("No module named printer"),
        OSError("No space left on device"),
        MemoryError(),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_fault_of_the_installation_is_no_records_and_changes_nothing(
    town: Client, print_with: Callable[[Print], None], fault: Exception
) -> None:
    issued = _issued(town, 3)
    print_with(_failing_on(issued[1], error=fault))
    with pytest.raises(type(fault)):
        call(town)
    assert _held(town) == []
    assert marked(issued) == [None] * 3
    with client_scope(town.pk):
        assert not Batch.objects.exists()
        assert not Placement.objects.exists()


def test_a_fault_of_every_record_is_the_installations(town: Client, print_with: Callable[[Print], None]) -> None:
    issued = _issued(town, 3)
    print_with(_failing_on(*issued, error=AttributeError("no such column")))
    with pytest.raises(AttributeError):
        call(town)
    assert _held(town) == []
    assert marked(issued) == [None] * 3


def test_a_fault_that_passes_sets_nobody_aside(town: Client, print_with: Callable[[Print], None]) -> None:
    _issued(town, 3)
    faults: list[Exception] = [KeyError("a make that was added between two statements")]

    def printer(revision_id: int, violation_ids: Sequence[int]) -> bytes:
        if faults:
            raise faults.pop()
        return print_chunk(revision_id, violation_ids)

    print_with(printer)
    assert tickets(call(town)) == ["T-1", "T-2", "T-3"]
    assert _held(town) == []


def test_a_fault_of_all_together_that_does_not_pass_sets_nobody_aside(
    town: Client, print_with: Callable[[Print], None]
) -> None:
    issued = _issued(town, 3)

    def printer(revision_id: int, violation_ids: Sequence[int]) -> bytes:
        if len(violation_ids) > 1:
            raise KeyError("together they are too much")
        return print_chunk(revision_id, violation_ids)

    print_with(printer)
    with pytest.raises(KeyError):
        call(town)
    assert _held(town) == []
    assert marked(issued) == [None] * 3


def test_unprintable_is_an_error_of_ours_with_a_code() -> None:
    failed = Unprintable([7, 8], "DataError: year 12026")
    assert issubclass(Unprintable, CurbledgerError)
    assert (failed.code, failed.violation_ids) == ("unprintable", (7, 8))
    assert "2 records" in failed.message
