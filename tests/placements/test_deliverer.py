"""A server process's signs of life, and the outcomes that it writes later."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import DataError, OperationalError, connection

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import DatabaseUnavailable
from curbledger.placements import deliverer
from curbledger.placements.deliverer import Deliverer, Heart, heart, stop_heart
from tests.cast import issue
from tests.placements.handing import arrive, batch_of, call

pytestmark = pytest.mark.django_db


@pytest.fixture
def another(monkeypatch: pytest.MonkeyPatch) -> Heart:
    """A heart of its own, whose thread has not begun. It beats by hand, inside the test's transaction."""
    made = Heart()
    monkeypatch.setattr(made._thread, "join", lambda timeout: None)
    # The connection is the test's.
    monkeypatch.setattr(connection, "close", lambda: None)
    return made


def _row(of: Heart) -> Deliverer | None:
    return Deliverer.objects.filter(pk=of.id).first()


def _beats(of: Heart, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the thread's own loop go round so often."""
    waits: Iterator[bool] = iter([*[False] * count, True])
    monkeypatch.setattr(of._stopped, "wait", lambda timeout: next(waits))
    of._run()


def test_a_beat_makes_the_row_and_the_next_ones_touch_it(another: Heart) -> None:
    another._touch()
    first = _row(another)
    another._touch()
    second = _row(another)
    assert first is not None
    assert second is not None
    assert second.started_at == first.started_at
    assert second.seen_at > first.seen_at
    assert second.pid == another.pid


def test_each_process_has_a_row_of_its_own(another: Heart) -> None:
    other = Heart()
    for one in (another, other):
        one._touch()
    assert _row(another) is not None
    assert _row(other) is not None
    assert another.id != other.id


def test_a_row_that_was_swept_away_comes_back(another: Heart) -> None:
    another._touch()
    Deliverer.objects.filter(pk=another.id).delete()
    another._touch()
    assert _row(another) is not None


@pytest.mark.parametrize(("hours", "swept"), [(23, False), (25, True)])
def test_rows_of_processes_that_are_long_gone_are_swept_away(another: Heart, hours: int, *, swept: bool) -> None:
    gone = Deliverer.objects.create(host="elsewhere", pid=1)
    Deliverer.objects.filter(pk=gone.pk).update(seen_at=gone.seen_at - timedelta(hours=hours))
    another._touch()
    assert Deliverer.objects.filter(pk=gone.pk).exists() != swept


def test_an_end_in_order_takes_the_row_away(another: Heart) -> None:
    another._touch()
    another.stop()
    assert _row(another) is None
    # Called again, as when the process ends after its server has.
    another.stop()


def test_an_end_in_order_writes_what_waits_first(another: Heart, town: Client) -> None:
    another._touch()
    handoff = call(town)
    another.settle_later(lambda: arrive(handoff))
    another.stop()
    assert batch_of(handoff).state == "delivered"


def test_an_end_without_a_database_leaves_the_row_to_grow_stale(
    another: Heart, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    another._touch()
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING, "curbledger"):
        patch.setattr(Deliverer.objects, "filter", _raise(DatabaseUnavailable()))
        another.stop()
    assert _row(another) is not None
    assert "will be stale soon" in caplog.text


def test_a_forked_child_does_not_end_its_parents_signs_of_life(another: Heart) -> None:
    another._touch()
    another.pid += 1
    another.stop()
    assert _row(another) is not None


def test_outcomes_are_written_in_their_order(another: Heart) -> None:
    written: list[int] = []
    for number in range(3):
        another.settle_later(lambda number=number: written.append(number))  # type: ignore[misc]
    another._settle()
    another._settle()
    assert written == [0, 1, 2]


def test_an_outcome_that_always_fails_stands_in_nobodys_way(another: Heart, caplog: pytest.LogCaptureFixture) -> None:
    tries: list[int] = []
    written: list[str] = []

    def fail() -> None:
        tries.append(1)
        raise DataError("text cannot hold a null")

    another.settle_later(fail)
    another.settle_later(lambda: written.append("the other"))
    with caplog.at_level(logging.WARNING, "curbledger"):
        for _ in range(3):
            another._settle()
    assert (len(tries), written) == (3, ["the other"])
    assert "could not be written yet" in caplog.text


def test_an_outcome_is_tried_until_it_is_written(another: Heart) -> None:
    faults: list[Exception] = [DatabaseUnavailable(), OperationalError("starting up"), ValueError("anything")]
    written: list[int] = []

    def settle() -> None:
        if faults:
            raise faults.pop()
        written.append(1)

    another.settle_later(settle)
    for _ in range(6):
        another._settle()
    assert (faults, written) == ([], [1])


def test_an_outcome_may_be_noted_while_others_are_written(another: Heart) -> None:
    written: list[str] = []

    def settle() -> None:
        written.append("first")
        another.settle_later(lambda: written.append("second"))

    another.settle_later(settle)
    another._settle()
    assert written == ["first"]
    another._settle()
    assert written == ["first", "second"]


@pytest.mark.parametrize("fault", [OperationalError("away"), DatabaseUnavailable(), OSError("full"), ValueError("odd")])
def test_the_thread_goes_on_whatever_happens_to_one_beat(
    another: Heart, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    touch = another._touch
    faults = [fault, fault]

    def sometimes() -> None:
        if faults:
            raise faults.pop()
        touch()

    monkeypatch.setattr(another, "_touch", sometimes)
    with caplog.at_level(logging.WARNING, "curbledger"):
        _beats(another, 3, monkeypatch)
    assert _row(another) is not None
    assert caplog.text.count("no sign of life could be written") == 2


def test_each_beat_writes_what_waits(another: Heart, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    another.settle_later(lambda: written.append(1))
    _beats(another, 1, monkeypatch)
    assert written == [1]


def test_a_process_has_one_heart_and_a_forked_child_another(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = heart()
    assert heart() is mine
    started: list[uuid.UUID] = []
    monkeypatch.setattr(deliverer, "_heart", mine)
    monkeypatch.setattr(Heart, "start", lambda self: started.append(self.id))
    monkeypatch.setattr("os.getpid", lambda: mine.pid + 1)
    childs = heart()
    assert childs is not mine
    assert started == [childs.id]
    assert heart() is childs


def test_a_heart_that_never_beat_is_stopped_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliverer, "_heart", None)
    stop_heart()


def test_what_is_claimed_names_its_process(town: Client) -> None:
    with client_scope(town.pk):
        issue(town)
    assert batch_of(call(town)).deliverer == heart().id


def _raise(error: Exception) -> Callable[..., None]:
    def raising(*_: object, **__: object) -> None:
        raise error

    return raising
