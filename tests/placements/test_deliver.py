"""The bytes of an answer, their digest, and how a delivery ends."""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from django.db import InterfaceError, OperationalError, connection

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import DatabaseUnavailable
from curbledger.placements import deliver
from curbledger.placements.agency import AgencyToken
from curbledger.placements.batch import BatchState, Revision
from curbledger.placements.chunks import chunk_at
from curbledger.placements.deliver import answer, drop, settle
from curbledger.placements.deliverer import heart
from curbledger.placements.handoff import release
from curbledger.placements.sending import Handoff
from tests import cast
from tests.cast import issue
from tests.placements.handing import arrive, arrived, asked, batch_of, body, break_off, broken, call

FAULTS = pytest.mark.parametrize(
    "fault",
    [OperationalError("the server is starting up"), InterfaceError("closed"), DatabaseUnavailable()],
    ids=lambda fault: type(fault).__name__,
)


def _revision(handoff: Handoff) -> Revision:
    with client_scope(handoff.revision.client_id):
        return Revision.objects.get(pk=handoff.revision.pk)


def _claimed(town: Client, count: int = 5) -> Handoff:
    with client_scope(town.pk):
        for _ in range(count):
            issue(town)
    return call(town)


@pytest.mark.parametrize("count", [0, 1, 2, 5])
@pytest.mark.usefixtures("chunks_of_two")
def test_the_answer_is_the_contracts_json(town: Client, count: int) -> None:
    answered = json.loads(body(_claimed(town, count)))
    assert list(answered) == ["records", "state"]
    assert len(answered["records"]) == count
    assert list(answered["state"]) == ["version", "csrf_token"]


def test_what_looks_like_a_secret_in_the_state_is_another_one_each_time(town: Client) -> None:
    states = [json.loads(body(call(town)))["state"] for _ in range(2)]
    assert states[0]["csrf_token"] != states[1]["csrf_token"]
    assert states[0]["version"] == states[1]["version"]


@pytest.mark.parametrize("count", [0, 1, 5])
@pytest.mark.usefixtures("chunks_of_two")
def test_digest_and_size_are_those_of_the_whole_answer(town: Client, count: int) -> None:
    handoff = _claimed(town, count)
    assert _revision(handoff).digest is None
    whole = body(handoff)
    sealed = _revision(handoff)
    assert (sealed.digest, sealed.size) == (hashlib.sha256(whole).hexdigest(), len(whole))
    assert sealed.rendered_at is not None


@pytest.mark.usefixtures("chunks_of_two")
def test_a_revision_is_sealed_before_its_last_byte_and_not_before(town: Client) -> None:
    handoff = _claimed(town)
    pieces = answer(handoff.revision)
    # The head, three chunks, and the commas between them.
    sent = [next(pieces) for _ in range(6)]
    assert _revision(handoff).digest is None
    sent.append(next(pieces))
    assert _revision(handoff).digest == hashlib.sha256(b"".join(sent)).hexdigest()


def test_a_revision_that_is_shown_again_keeps_its_seal(town: Client) -> None:
    handoff = _claimed(town)
    first = body(handoff)
    sealed = _revision(handoff)
    assert body(handoff) == first
    assert _revision(handoff).rendered_at == sealed.rendered_at


@pytest.mark.usefixtures("chunks_of_two")
def test_chunks_printed_ahead_make_the_same_answer(committed_town: Client) -> None:
    handoff = _claimed(committed_town, 9)
    all_of_them = Barrier(4)

    def hang_up(_: int) -> None:
        all_of_them.wait()
        connection.close()

    with ThreadPoolExecutor(4) as threads:
        ahead = b"".join(answer(handoff.revision, ahead=threads))
        list(threads.map(hang_up, range(4)))
    assert body(handoff) == ahead
    assert _revision(handoff).digest == hashlib.sha256(ahead).hexdigest()


def test_threads_that_print_no_more_leave_it_to_the_one_that_sends(town: Client) -> None:
    handoff = _claimed(town)
    ended = ThreadPoolExecutor(1)
    ended.shutdown()
    assert len(json.loads(b"".join(answer(handoff.revision, ahead=ended)))["records"]) == 5


@pytest.mark.parametrize("state", [BatchState.DELIVERED, BatchState.UNDELIVERED])
def test_an_outcome_is_written_with_its_reason(town: Client, state: BatchState) -> None:
    handoff = _claimed(town)
    settle(handoff, state, "because")
    batch, revision = batch_of(handoff), _revision(handoff)
    assert batch.state == state
    assert revision.outcome == f"{state.value}: because"
    assert revision.ended_at is not None
    assert (batch.delivered_at is not None) == (state == BatchState.DELIVERED)


def test_a_long_reason_is_cut(town: Client) -> None:
    handoff = _claimed(town)
    settle(handoff, BatchState.UNDELIVERED, "x" * 1000)
    outcome = _revision(handoff).outcome
    assert outcome is not None
    assert len(outcome) == 200


def test_what_arrived_once_has_arrived(town: Client) -> None:
    handoff = _claimed(town)
    break_off(handoff)
    arrive(handoff)
    before = _revision(handoff)
    break_off(handoff)
    assert batch_of(handoff).state == "delivered"
    assert (_revision(handoff).outcome, _revision(handoff).ended_at) == (before.outcome, before.ended_at)


@pytest.mark.parametrize("ends", [arrive, break_off, drop])
def test_an_attempt_that_is_no_longer_the_batchs_writes_nothing(town: Client, ends: Callable[[Handoff], None]) -> None:
    handoff = _claimed(town)
    ends(replace(handoff, attempt=uuid.uuid4()))
    heart()._settle()
    assert batch_of(handoff).state == "delivering"
    assert _revision(handoff).outcome is None


@pytest.mark.parametrize("ends", [arrive, break_off, drop])
def test_a_repetition_that_holds_nothing_of_the_batch_writes_nothing(
    town: Client, ends: Callable[[Handoff], None]
) -> None:
    first = arrived(town)
    before = _revision(first)
    ends(replace(first, attempt=None))
    heart()._settle()
    assert batch_of(first).state == "delivered"
    assert _revision(first).ended_at == before.ended_at


def test_an_outcome_of_an_earlier_revision_does_not_end_the_next(town: Client) -> None:
    first = broken(town)
    second = call(town)
    arrive(first)
    assert batch_of(second).state == "delivering"


@FAULTS
def test_an_outcome_that_cannot_be_written_now_is_written_later(
    town: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    handoff = _claimed(town)

    def away(_: int) -> None:
        raise fault

    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING, "curbledger"):
        patch.setattr(deliver, "client_scope", away)
        patch.setattr(connection, "close", lambda: None)
        arrive(handoff)
    assert batch_of(handoff).state == "delivering"
    assert "is written later" in caplog.text
    heart()._settle()
    assert batch_of(handoff).state == "delivered"


def test_an_answer_that_was_dropped_counts_as_undelivered_with_the_next_beat(town: Client) -> None:
    handoff = _claimed(town)
    drop(handoff)
    assert batch_of(handoff).state == "delivering"
    heart()._settle()
    assert batch_of(handoff).state == "undelivered"


def test_an_attempt_that_came_to_nothing_frees_its_batch_and_no_other(town: Client) -> None:
    who = cast.caller(town)
    delivered, under_way, unknown = arrived(town, who), call(town, who), call(town, who)
    for handoff in (delivered, unknown):
        assert handoff.attempt is not None
        release(asked(town, who), handoff.attempt)
    assert [batch_of(one).state for one in (delivered, under_way, unknown)] == [
        "delivered",
        "delivering",
        "undelivered",
    ]


def test_an_attempt_of_a_token_that_collects_for_nobody_any_more_frees_its_batch_too(town: Client) -> None:
    who = cast.caller(town)
    handoff = call(town, who)
    assert handoff.attempt is not None
    with client_scope(town.pk):
        AgencyToken.objects.all().delete()
    release(asked(town, who), handoff.attempt)
    assert batch_of(handoff).state == "undelivered"


@FAULTS
def test_an_answer_waits_for_a_database_that_restarts(
    town: Client, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    handoff = _claimed(town)
    faults = [fault] * 3

    def restarting(revision: Revision, position: int) -> bytes:
        if faults:
            raise faults.pop()
        return chunk_at(revision, position)

    monkeypatch.setattr(deliver, "chunk_at", restarting)
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(deliver, "_RETRY_SECONDS", 0)
    assert len(json.loads(body(handoff))["records"]) == 5
    assert faults == []


@FAULTS
def test_an_answer_waits_no_longer_than_it_is_told_to(
    town: Client, monkeypatch: pytest.MonkeyPatch, configure: Callable[..., None], fault: Exception
) -> None:
    configure(database_patience=1e-9)
    handoff = _claimed(town)

    def away(revision: Revision, position: int) -> bytes:
        raise fault

    monkeypatch.setattr(deliver, "chunk_at", away)
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(deliver, "_RETRY_SECONDS", 0)
    with pytest.raises(type(fault)):
        body(handoff)
