"""What is erased leaves count, total, digest and evidence; what a key may ask for stays."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from curbledger.database.scope import client_scope
from curbledger.errors import Invalid, NotFound
from curbledger.placements.batch import Batch, BatchState, Chunk, Revision
from curbledger.placements.deliver import answer, settle
from curbledger.placements.handoff import Asked, hand_over
from curbledger.placements.idempotency import IdempotencyKey
from curbledger.placements.manifest import every_placement, find_batch, find_revision, records
from curbledger.placements.retention import Erased, change_retention, erase_old
from curbledger.placements.sending import Handoff
from tests.cast import NOON, Caller, caller, issue

if TYPE_CHECKING:
    from curbledger.clients.client import Client

LATER = NOON + timedelta(days=40)


def _keep(town: Client, days: int | None) -> None:
    with client_scope(town.pk):
        change_retention(town.pk, days=days, at=NOON, by="test")


def _deliver(town: Client, by: Caller, *, arrives: bool = True, key: str | None = None) -> tuple[Handoff, bytes]:
    asked = Asked(
        client_id=town.pk,
        token_id=by.token_id,
        token_name="t",
        remote_address="",
        user_agent="",
        path="p",
        idempotency_key=key,
    )
    handoff = hand_over(asked, at=NOON)
    body = b"".join(answer(handoff.revision))
    settle(handoff, BatchState.DELIVERED if arrives else BatchState.UNDELIVERED, "t")
    with client_scope(town.pk):
        Batch.objects.filter(delivered_at__isnull=False).update(delivered_at=NOON)
    return handoff, body


def _chunks(town: Client) -> int:
    with client_scope(town.pk):
        return Chunk.objects.count()


@pytest.fixture
def by(town: Client) -> Caller:
    with client_scope(town.pk):
        issue(town, "R-1")
        issue(town, "R-2")
    return caller(town)


def test_without_a_setting_and_with_forever_nothing_is_erased(town: Client, by: Caller) -> None:
    handoff, body = _deliver(town, by)
    assert erase_old(town.pk, at=LATER) == 0
    _keep(town, 30)
    _keep(town, None)
    assert erase_old(town.pk, at=LATER) == 0
    assert b"".join(records(handoff.revision)) == body


def test_only_what_is_older_than_the_setting_goes(town: Client, by: Caller) -> None:
    _deliver(town, by)
    _keep(town, 40)
    assert erase_old(town.pk, at=LATER) == 0
    assert erase_old(town.pk, at=LATER + timedelta(seconds=1)) == 1
    assert _chunks(town) == 0
    assert erase_old(town.pk, at=LATER + timedelta(days=1)) == 0


def test_what_is_erased_leaves_count_total_digest_and_evidence(town: Client, by: Caller) -> None:
    handoff, body = _deliver(town, by)
    _keep(town, 30)
    erase_old(town.pk, at=LATER)
    with client_scope(town.pk):
        line = find_batch(handoff.batch_uuid)
        revision = find_revision(line)
    assert (line.count, line.total, line.digest) == (2, handoff.total, hashlib.sha256(body).hexdigest())
    assert line.erased_at == LATER
    assert [placed.ticket for placed in every_placement(revision)] == ["R-1", "R-2"]
    assert all(placed.evidence["policy"] == 1 for placed in every_placement(revision))
    with pytest.raises(Erased, match="erased on 2026-06-29"):
        records(revision)
    assert isinstance(Erased(), NotFound)


def test_no_revision_of_it_can_be_printed_anew(town: Client, by: Caller) -> None:
    first, _ = _deliver(town, by, arrives=False)
    with client_scope(town.pk):
        # As after a crash: the revision was never printed to its end.
        Revision.objects.filter(pk=first.revision.pk).update(digest=None)
    second, _ = _deliver(town, by)
    assert first.batch_uuid == second.batch_uuid
    _keep(town, 30)
    assert erase_old(town.pk, at=LATER) == 1
    with client_scope(town.pk):
        for number in (1, 2):
            revision = find_revision(find_batch(first.batch_uuid), number)
            with pytest.raises(Erased):
                records(revision)
    assert _chunks(town) == 0


def test_what_did_not_arrive_is_kept_however_old(town: Client, by: Caller) -> None:
    _deliver(town, by, arrives=False)
    _keep(town, 1)
    assert erase_old(town.pk, at=LATER) == 0
    assert _chunks(town) == 1


def test_what_a_key_may_still_ask_for_is_kept(town: Client, by: Caller) -> None:
    _deliver(town, by, key="k-1")
    _keep(town, 1)
    assert erase_old(town.pk, at=LATER) == 0
    with client_scope(town.pk):
        old = IdempotencyKey.objects.get().created_at - timedelta(days=2)
        IdempotencyKey.objects.update(created_at=old)
    assert erase_old(town.pk, at=LATER) == 1


def test_another_clients_bytes_stay(town: Client, campus: Client, by: Caller) -> None:
    _deliver(town, by)
    _keep(campus, 1)
    assert erase_old(campus.pk, at=LATER) == 0
    assert _chunks(town) == 1


@pytest.mark.parametrize("days", [0, -1, 36_501])
def test_a_setting_that_cannot_be_is_refused(town: Client, days: Any) -> None:
    with pytest.raises(Invalid):
        _keep(town, days)
