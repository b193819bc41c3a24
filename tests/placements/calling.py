"""The agency's call as the server makes it, in tests: with an agency whose end of the connection is made up."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import resolve

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.placements.batch import Batch, Revision
from curbledger.violations.models import Violation
from curbledger.wire.peer import Verdict
from tests.cast import Caller

PATH = "/api/OC_TOMA/v1/violations/send_overdue_to_collections"
ARRIVED, BROKE = Verdict(arrived=True, because="closed in order"), Verdict(arrived=False, because="reset")


class Inline(Executor):
    """Does everything at once: the rows of these tests are seen by one connection only."""

    def submit(self, work: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*arguments, **named))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asks for the result.
            done.set_exception(error)
        return done


@dataclass
class Agency:
    """The agency's end, as the server sees it: a verdict that is decided beforehand, and what was done to it."""

    verdict: Verdict | Exception = ARRIVED
    done: list[str] = field(default_factory=list)

    def break_when_stalled(self, seconds: float) -> None:
        self.done.append(f"stalls after {seconds:g}")

    def await_close(self, seconds: float) -> Verdict:
        self.done.append(f"awaited {seconds:g}")
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return self.verdict

    def hang_up(self) -> None:
        self.done.append("hung up")

    def force_close(self) -> None:
        self.done.append("closes")


def ask(agency: Agency | None, body: Any, *, path: str = PATH, method: str = "POST", **environ: Any) -> Any:
    """Call the path, as the server would."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"content_type": "application/json", "curbledger.answer": agency, **environ}
    request = RequestFactory().generic(method, path, raw, **given)
    match = resolve(path)
    response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return response


def call(agency: Agency | None, who: Caller, **environ: Any) -> StreamingHttpResponse:
    response = ask(agency, {"apiToken": who.secret}, **environ)
    assert isinstance(response, StreamingHttpResponse), response.content
    return response


def send(response: StreamingHttpResponse, *, to: Callable[[bytes], object] | None = None) -> bytes:
    """What gunicorn does with an answer. `to` writes a piece to the agency."""
    sent = bytearray()
    try:
        for piece in response:
            if to is not None:
                to(piece)
            sent += piece
    finally:
        response.close()
    return bytes(sent)


def batch(town: Client) -> Batch:
    with client_scope(town.pk):
        return Batch.objects.get()


def outcome(town: Client) -> str | None:
    with client_scope(town.pk):
        return Revision.objects.order_by("-id")[0].outcome


def untouched(town: Client) -> bool:
    """Nothing was claimed, placed or marked."""
    with client_scope(town.pk):
        return not Batch.objects.exists() and not Violation.objects.filter(sent_at__isnull=False).exists()


def failing(error: Exception) -> Callable[..., None]:
    """Something that fails like this, however it is called."""

    def raising(*_: object, **__: object) -> None:
        raise error

    return raising
