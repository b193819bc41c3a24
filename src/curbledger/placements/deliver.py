"""Send an answer chunk by chunk, and write down how it ended."""

from __future__ import annotations

import hashlib
import logging
import time
from collections import deque
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from curbledger.database.scope import client_scope
from curbledger.errors import DatabaseUnavailable
from curbledger.kit import clock
from curbledger.placements.batch import Batch, BatchState, Revision
from curbledger.placements.chunks import Unprintable, chunk_at, set_aside
from curbledger.placements.deliverer import heart
from curbledger.placements.kept_words import DROPPED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

    from curbledger.placements.sending import Handoff

_log = logging.getLogger(__name__)
T = TypeVar("T")
_RETRY_SECONDS = 0.2
# Chunks that are printed side by side. Each holds a few megabytes until it is sent.
_AHEAD = 2

HEAD = b'{"records":['
# The state from which a delivery can end in the other: what arrived once has arrived.
_FROM = {
    BatchState.DELIVERED: (BatchState.DELIVERING, BatchState.UNDELIVERED),
    BatchState.UNDELIVERED: (BatchState.DELIVERING,),
}


def answer(revision: Revision, *, ahead: Executor | None = None) -> Iterator[bytes]:
    """The bytes of a revision's whole answer, piece by piece, each chunk stored before it is yielded.

    With `ahead`, the chunks that follow are printed by its threads, each on a connection of its own, while this one
    is sent. Waits for a database that restarts. Leaves digest and size on the revision at the end. Raises Unprintable.
    """
    digest = hashlib.sha256(HEAD)
    size = len(HEAD)
    yield HEAD
    for piece in _bodies(revision, ahead):
        digest.update(piece)
        size += len(piece)
        yield piece
    tail = bytes(revision.tail)
    digest.update(tail)
    _patiently(partial(_seal, revision, digest.hexdigest(), size + len(tail)))
    yield tail


def _bodies(revision: Revision, ahead: Executor | None) -> Iterator[bytes]:
    """The bodies of a revision's chunks in order, and the commas between them."""
    coming: deque[Callable[[], bytes]] = deque()
    positions = iter(range(len(revision.bounds)))
    for position in islice(positions, _AHEAD):
        coming.append(_ask(ahead, revision, position))
    separator = b""
    while coming:
        body = coming.popleft()()
        for position in islice(positions, 1):
            coming.append(_ask(ahead, revision, position))
        # By itself: to put it before a body would be to copy five megabytes.
        if separator:
            yield separator
        yield body
        separator = b","


def _ask(ahead: Executor | None, revision: Revision, position: int) -> Callable[[], bytes]:
    """A way to get a chunk: one that is under way already, or one to begin when it is wanted."""
    work = partial(_patiently, partial(_committed_chunk, revision, position))
    if ahead is None:
        return work
    try:
        return ahead.submit(work).result
    except RuntimeError:
        # The process is ending, and its threads take no more work; whoever sends prints the rest.
        return work


def _committed_chunk(revision: Revision, position: int) -> bytes:
    try:
        with client_scope(revision.client_id):
            return chunk_at(revision, position)
    except Unprintable as failed:
        # The count has gone out with the headers, so this answer cannot be made whole any more. It breaks, and the
        # batch's next revision goes without the culprits.
        with client_scope(revision.client_id):
            set_aside(revision.client_id, failed, at=clock.now())
        raise


def _seal(revision: Revision, digest: str, size: int) -> None:
    with client_scope(revision.client_id):
        Revision.objects.filter(pk=revision.pk, digest__isnull=True).update(
            digest=digest, size=size, rendered_at=clock.now()
        )


def _patiently(work: Callable[[], T]) -> T:
    """Do work that may be done again, until the database is back; for as long as the settings say."""
    deadline = time.monotonic() + settings.CURBLEDGER.database_patience
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError, DatabaseUnavailable) as error:
            if time.monotonic() > deadline:
                raise
            _log.warning("a handoff waits for the database: %s", error)
            connection.close()
            time.sleep(_RETRY_SECONDS)


def settle(handoff: Handoff, state: BatchState, outcome: str) -> None:
    """Write down how a delivery ended. Where the database cannot take it now, the heart does it later."""
    try:
        _settle(handoff, state, outcome)
    except Exception as error:  # noqa: BLE001 - an end that is not written would keep the batch from everybody.
        _log.warning("batch %s: its end (%s) is written later: %s", handoff.batch_uuid, outcome, error)
        connection.close()
        heart().settle_later(partial(_settle, handoff, state, outcome))


def drop(handoff: Handoff) -> None:
    """Let go of a delivery that ended without a word. Only notes it: this may be called in the middle of anything."""
    heart().settle_later(partial(_settle, handoff, BatchState.UNDELIVERED, DROPPED))


def _settle(handoff: Handoff, state: BatchState, outcome: str) -> None:
    if handoff.attempt is None:
        return
    revision = handoff.revision
    now = clock.now()
    with client_scope(revision.client_id):
        # Compare and set: somebody who took the batch on meanwhile drew another attempt, and this changes nothing.
        mine = Batch.objects.filter(pk=revision.batch_id, attempt=handoff.attempt, state__in=_FROM[state])
        delivered_at = now if state == BatchState.DELIVERED else None
        if mine.update(state=state, delivered_at=delivered_at):
            Revision.objects.filter(pk=revision.pk).update(outcome=f"{state.value}: {outcome}"[:200], ended_at=now)
