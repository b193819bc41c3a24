"""The paths of the agency's API below /api/{client}/v1/collections/."""

from __future__ import annotations

import re
import uuid
from dataclasses import asdict
from typing import Annotated, Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern
from ninja import NinjaAPI, Query
from ninja.errors import HttpError, ValidationError

from curbledger import __version__
from curbledger.agency_api import shapes
from curbledger.agency_api.access import Bearer, Caller, caller_of
from curbledger.agency_api.download import download
from curbledger.agency_api.refusals import answer_error
from curbledger.database.scope import client_scope
from curbledger.errors import Invalid, NotFound
from curbledger.placements.agency import agency_for_token
from curbledger.placements.manifest import (
    LARGEST_PAGE,
    PAGE,
    BatchLine,
    batches,
    find_attachment,
    find_batch,
    find_revision,
    placements,
    revisions,
)
from curbledger.placements.preview import Heap, Preview, preview

api = NinjaAPI(
    title="Curbledger: collections",
    version=__version__,
    description="What an agency may ask beyond the Controller API. Nothing here changes a delivery.",
    # The wire's description and this one are shown on one page.
    openapi_url=None,
    docs_url=None,
    auth=Bearer(),
)
# Each of these has a handler of the framework's own, with another body.
for _kind in (Exception, Http404, HttpError, ValidationError):
    api.add_exception_handler(_kind, answer_error)

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]
Number = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
_VIOLATION = re.compile(r"[0-9]{1,18}\Z")


@api.get("/preview", response=shapes.PreviewShape)
def show_preview(request: HttpRequest) -> dict[str, Any]:
    """What the next call of this token's agency would hand over, and what stays behind and why. Marks nothing."""
    caller = caller_of(request)
    with client_scope(caller.access.client_id):
        agency = agency_for_token(caller.access.token_id)
        found = preview(caller.client, at=caller.at, agency=agency)
    return _preview(found, caller.access.currency)


@api.get("/batches", response=shapes.BatchesShape)
def list_batches(request: HttpRequest, limit: Limit = PAGE, cursor: str | None = None) -> dict[str, Any]:
    """The agency's batches, newest first."""
    caller = caller_of(request)
    before = None if cursor is None else _cursor(cursor)
    with client_scope(caller.access.client_id):
        # One more than was asked for tells whether there is a next page.
        found = batches(agency_id=_agency(caller), before=before, limit=limit + 1)
    page = found[:limit]
    return {"batches": [_batch(one) for one in page], "next": str(page[-1].uuid) if len(found) > limit else None}


@api.get("/batches/{batch}", response=shapes.ManifestShape)
def show_batch(
    request: HttpRequest, batch: str, revision: Number = None, limit: Limit = PAGE, cursor: str | None = None
) -> dict[str, Any]:
    """A batch, its revisions, and every violation of one of them with the evidence of its placement."""
    caller = caller_of(request)
    if cursor is not None and not _VIOLATION.match(cursor):
        raise Invalid("There is no such page.", field="cursor")
    with client_scope(caller.access.client_id):
        line = _find(caller, batch)
        sending = find_revision(line, revision)
        found = placements(sending, after=int(cursor or 0), limit=limit + 1)
        sendings = revisions(line)
    page = found[:limit]
    return {
        **_batch(line),
        "revisions": [asdict(one) for one in sendings],
        "manifest_revision": sending.number,
        "violations": [asdict(one) for one in page],
        "next": str(page[-1].violation_id) if len(found) > limit else None,
    }


@api.get("/batches/{batch}/records", response={200: dict[str, Any]})
def show_records(request: HttpRequest, batch: str, revision: Number = None) -> HttpResponseBase:
    """The whole answer of a revision again, byte for byte: of the newest, or of the one that is named."""
    caller = caller_of(request)
    with client_scope(caller.access.client_id):
        line = _find(caller, batch)
        sending = find_revision(line, revision)
    return download(line, sending)


@api.get("/batches/{batch}/attachments/{unique_id}", response={200: bytes})
def show_attachment(request: HttpRequest, batch: str, unique_id: str) -> HttpResponseBase:
    """A file of a violation that the agency holds by this batch, by the `uniqueid` in its record."""
    caller = caller_of(request)
    with client_scope(caller.access.client_id):
        found = find_attachment(_find(caller, batch), _uuid(unique_id))
    try:
        opened = found.path.open("rb")
    except OSError:
        raise NotFound from None
    return FileResponse(opened, as_attachment=True, filename=found.name, content_type=found.mime)


def _agency(caller: Caller) -> int:
    return agency_for_token(caller.access.token_id).pk


def _find(caller: Caller, batch: str) -> BatchLine:
    return find_batch(_uuid(batch), agency_id=_agency(caller))


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None


def _cursor(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Invalid("There is no such page.", field="cursor") from None


def _batch(line: BatchLine) -> dict[str, Any]:
    return {**asdict(line), "id": line.uuid}


def _preview(found: Preview, currency: str) -> dict[str, Any]:
    return {
        **_heap(found.goes),
        "at": found.at,
        "collecting": found.collecting,
        "currency": currency,
        "agencies": [{"agency": name, **_heap(heap)} for name, heap in found.agencies.items()],
        "ages": [{"days_past_due": label, **_heap(heap)} for label, heap in found.ages.items()],
        "estimated_seconds": found.seconds,
        "reopens": found.reopens,
        "stays": {
            **_heap(found.stays),
            "reasons": [
                {"reason": reason, **_heap(heap), "examples": list(heap.examples)}
                for reason, heap in sorted(found.reasons.items())
            ],
        },
    }


def _heap(heap: Heap) -> dict[str, Any]:
    return {"count": heap.count, "total": heap.total}


def nothing_here(_request: HttpRequest, **_captured: str) -> HttpResponseBase:
    """A path below collections/ that does not exist."""
    raise NotFound


def routes() -> list[URLPattern]:
    """The paths, without the framework's own."""
    return [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
