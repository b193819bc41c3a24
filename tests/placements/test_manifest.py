"""Bytes that are not what was sealed are never shown as if they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import zstandard

from curbledger.database.scope import client_scope
from curbledger.placements.batch import BatchState, Chunk
from curbledger.placements.deliver import answer, settle
from curbledger.placements.handoff import Asked, hand_over
from curbledger.placements.manifest import every_placement, find_batch, find_revision, records
from curbledger.placements.sending import Handoff
from tests.cast import NOON, caller, issue

if TYPE_CHECKING:
    from curbledger.clients.client import Client


def _handed(town: Client) -> tuple[Handoff, bytes]:
    with client_scope(town.pk):
        for number in range(5):
            issue(town, f"M-{number}")
    asked = Asked(
        client_id=town.pk, token_id=caller(town).token_id, token_name="t", remote_address="", user_agent="", path="p"
    )
    handoff = hand_over(asked, at=NOON)
    body = b"".join(answer(handoff.revision))
    settle(handoff, BatchState.DELIVERED, "t")
    return handoff, body


def test_an_answer_whose_stored_bytes_changed_breaks_before_its_end(town: Client) -> None:
    handoff, body = _handed(town)
    with client_scope(town.pk):
        revision = find_revision(find_batch(handoff.batch_uuid))
    assert b"".join(records(revision)) == body
    with client_scope(town.pk):
        chunk = Chunk.objects.get()
        chunk.body = zstandard.compress(zstandard.decompress(bytes(chunk.body)).replace(b"M-3", b"M-9"))
        chunk.save()
    shown = records(revision)
    seen: list[bytes] = []
    with pytest.raises(RuntimeError, match="another digest"):
        seen.extend(shown)
    assert len(b"".join(seen)) < len(body)


def test_every_placement_comes_once_whatever_the_page(town: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curbledger.placements.manifest.LARGEST_PAGE", 2)
    handoff, _ = _handed(town)
    assert [one.ticket for one in every_placement(handoff.revision)] == [f"M-{number}" for number in range(5)]
