"""Overdue violations (contract, section 1): the call that hands them over."""

from __future__ import annotations

import logging
import sys
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Protocol
from weakref import finalize

from django.conf import settings
from django.http import HttpResponseBase, StreamingHttpResponse

from curbledger.kit.digest import sha256
from curbledger.permissions import Permission
from curbledger.placements.batch import BatchState
from curbledger.placements.deliver import answer, drop, settle
from curbledger.placements.handoff import Asked, hand_over
from curbledger.placements.kept_words import BROKE_OFF, END_UNKNOWN, NOT_BEGUN
from curbledger.wire.endpoint import Call, endpoint
from curbledger.wire.peer import Peer, Verdict, peer_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curbledger.placements.sending import Handoff

# A piece is written at once; one that is too large would make a slow reader look like one that stalled.
PIECE = 65536
_log = logging.getLogger(__name__)


@cache
def _printers() -> Executor:
    """Threads that print chunks ahead, each with a database connection that it keeps. Made by each server process.

    Few for all deliveries together: printing is bound by PostgreSQL, whose connections are counted.
    """
    return ThreadPoolExecutor(4, thread_name_prefix="printer")


class CannotTell(RuntimeError):
    """This server does not let a program learn whether an answer arrived. Run `curbledger serve`."""


class ServerAnswer(Protocol):
    """The server's own answer object, which alone can make it end the connection."""

    def force_close(self) -> None: ...


class Delivery:
    """An answer under way. The server iterates it, then calls `close`, whatever happened in between."""

    def __init__(self, handoff: Handoff, peer: Peer) -> None:
        self._handoff = handoff
        self._peer = peer
        self._chunks = answer(handoff.revision, ahead=_printers())
        self._whole = False
        # An answer that is dropped without a word, neither sent nor closed, must not keep its batch for ever.
        self._net = finalize(self, drop, handoff)

    def __iter__(self) -> Iterator[bytes]:
        self._peer.break_when_stalled(settings.CURBLEDGER.stall_timeout)
        for chunk in self._chunks:
            for start in range(0, len(chunk), PIECE):
                yield chunk[start : start + PIECE]
        self._whole = True

    def close(self) -> None:
        """Learn how the delivery ended, and write it down."""
        if not self._net.alive:
            return
        try:
            self._settle()
        finally:
            # Only now: until the end is written down, the net is what keeps the batch from being stuck.
            self._net.detach()

    def _settle(self) -> None:
        # The server calls this while the fault that broke its writing, if there was one, is on its way up. Without
        # one, every byte was written, the mark that ends the body among them.
        fault = sys.exc_info()[1]
        if fault is None and self._whole:
            verdict = self._verdict()
            state = BatchState.DELIVERED if verdict.arrived else BatchState.UNDELIVERED
            settle(self._handoff, state, verdict.because)
            return
        try:
            self._peer.hang_up()
        finally:
            settle(self._handoff, BatchState.UNDELIVERED, BROKE_OFF.format(fault=f"{type(fault).__name__}: {fault}"))
        self._store_the_rest()

    def _verdict(self) -> Verdict:
        try:
            return self._peer.await_close(settings.CURBLEDGER.delivery_timeout)
        except Exception as error:  # noqa: BLE001 - said below, and logged.
            # Whatever keeps us from learning the end: what is not known to have arrived goes out again.
            _log.exception("how batch %s ended cannot be learned", self._handoff.batch_uuid)
            return Verdict(arrived=False, because=END_UNKNOWN.format(fault=type(error).__name__))

    def _store_the_rest(self) -> None:
        """The reader is gone, but what was in the revision can still be shown once all of it is stored."""
        try:
            for _ in self._chunks:
                pass
        except Exception:  # noqa: BLE001 - the answer is over; whoever wants to see it later prints what is missing.
            _log.exception("the rest of batch %s could not be stored", self._handoff.batch_uuid)


@endpoint(permission=Permission.VIOLATIONS_COLLECT)
def send_overdue_to_collections(call: Call) -> HttpResponseBase:
    """Every violation that is overdue and was not sent yet, in one answer; each goes out in one batch only."""
    environ = call.request.META
    peer = peer_of(environ)
    if peer is None:
        raise CannotTell(CannotTell.__doc__)
    handoff = hand_over(_asked(call), at=call.at)
    try:
        return _respond(handoff, peer, environ.get("curbledger.answer"))
    except Exception:
        settle(handoff, BatchState.UNDELIVERED, NOT_BEGUN)
        raise


def _asked(call: Call) -> Asked:
    return Asked(
        client_id=call.access.client_id,
        token_id=call.access.token_id,
        token_name=call.access.token_name,
        remote_address=call.remote_address or "",
        user_agent=call.user_agent,
        # One client's paths differ in the spelling of its code only.
        path="violations/send_overdue_to_collections",
        idempotency_key=call.idempotency_key,
        fingerprint=sha256(call.raw),
    )


def _respond(handoff: Handoff, peer: Peer, server: ServerAnswer | None) -> StreamingHttpResponse:
    if server is not None:
        server.force_close()
    headers = {
        "X-Batch-Id": str(handoff.batch_uuid),
        "X-Batch-Revision": str(handoff.revision.number),
        "X-Record-Count": str(handoff.count),
        "X-Total-Owing": f"{handoff.total:.2f}",
        "Cache-Control": "no-store",
        # nginx holds no bytes back on this path: what it has taken is not what the agency has.
        "X-Accel-Buffering": "no",
    }
    if handoff.replayed:
        headers["Idempotent-Replayed"] = "true"
    return StreamingHttpResponse(Delivery(handoff, peer), content_type="application/json", headers=headers)
