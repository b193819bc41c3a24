"""What was handed over, shown afterwards: batches, revisions, every placement with its evidence, and the bytes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from curbledger.database.scope import client_scope
from curbledger.errors import Invalid, NotFound
from curbledger.kit import sql
from curbledger.placements.batch import Batch, Revision
from curbledger.placements.deliver import answer
from curbledger.placements.retention import refuse_erased

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path


class NeverHere(NotFound):
    """The records of this batch were sent by another system, before the office moved in: its bytes were never here."""

    code = "never_here"

    def __init__(self) -> None:
        super().__init__(
            "The records of this batch were sent by another system, before the office moved in: their bytes were "
            "never here. Count, total and every violation with its placement are in the batch's manifest."
        )


QUERIES = sql.load("curbledger.placements", "manifest.sql")
PAGE = 100
LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One revision: what was in it, who asked for it, and how it ended."""

    revision_id: int
    revision: int
    count: int
    total: Decimal
    # Both known once every chunk is stored.
    digest: str | None
    size: int | None
    asked_by: str
    asked_from: str
    asked_with: str
    asked_at: datetime
    # A member of staff; empty where an agency's call asked.
    handed_over_by: str
    outcome: str | None
    ended_at: datetime | None
    ended_by: str | None
    # It arrived, and its receiver lost it (again.py).
    reopened_at: datetime | None
    reopened_by: str | None
    reopened_reason: str | None
    erased_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine(Sending):
    """A batch, as its newest revision stands."""

    id: int
    uuid: uuid.UUID
    agency: str
    state: str
    created_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementLine:
    """One violation of a revision: the balance as it was placed, why it was eligible, and what became of it."""

    violation_id: int
    ticket: str
    cycle: int
    balance: Decimal
    state: str
    ended_at: datetime | None
    ended_reason: str | None
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a ticket, and what it is called."""

    path: Path
    name: str
    mime: str


def batches(*, agency_id: int | None = None, before: uuid.UUID | None = None, limit: int = PAGE) -> list[BatchLine]:
    """Batches, newest first, those of one agency or all of the client's; the page after the batch `before`.

    In the client's scope. Raises Invalid where there is no batch `before`.
    """
    last: int | None = None
    if before is not None:
        known = Batch.objects.filter(uuid=before)
        if agency_id is not None:
            known = known.filter(agency_id=agency_id)
        last = known.values_list("pk", flat=True).first()
        if last is None:
            raise Invalid(_("There is no such page."), field="cursor")
    return _batches(agency=agency_id, before=last, batch=None, limit=limit)


def find_batch(batch: uuid.UUID, *, agency_id: int | None = None) -> BatchLine:
    """One batch. In the client's scope. Raises NotFound for one that is unknown, or another agency's."""
    found = _batches(agency=agency_id, before=None, batch=batch, limit=1)
    if not found:
        raise NotFound(_("There is no batch {batch}.").format(batch=batch))
    return found[0]


def revisions(batch: BatchLine) -> list[Sending]:
    """Every sending of the batch, oldest first. In the client's scope."""
    return [Sending(**row) for row in _rows("revisions", batch=batch.id)]


def find_revision(batch: BatchLine, number: int | None = None) -> Revision:
    """The revision of that number, or the newest. In the client's scope. Raises NotFound."""
    wanted = batch.revision if number is None else number
    found = Revision.objects.filter(batch_id=batch.id, number=wanted).first()
    if found is None:
        raise NotFound(_("Batch {batch} has no revision {revision}.").format(batch=batch.uuid, revision=wanted))
    return found


def placements(revision: Revision, *, after: int = 0, limit: int = PAGE) -> list[PlacementLine]:
    """The violations of a revision in id order, those after `after`. In the client's scope."""
    rows = _rows("placements", revision=revision.pk, after=after, limit=limit)
    return [PlacementLine(**{**row, "evidence": json.loads(row["evidence"], parse_float=Decimal)}) for row in rows]


def every_placement(revision: Revision) -> Iterator[PlacementLine]:
    """All violations of a revision, a page of them in memory at a time, each page in a scope of its own."""
    after = 0
    while True:
        with client_scope(revision.client_id):
            page = placements(revision, after=after, limit=LARGEST_PAGE)
        if not page:
            return
        yield from page
        after = page[-1].violation_id


def records(revision: Revision) -> Iterator[bytes]:
    """The whole answer of a revision again, byte for byte, and nothing about its delivery changes.

    Outside any scope: each chunk is read in its own. What was never printed to its end is printed and stored now.
    Raises Erased before the first byte where the bytes are gone, and NeverHere where there never were any.
    """
    with client_scope(revision.client_id):
        refuse_without_bytes(revision)
    return _verified(revision)


def refuse_without_bytes(revision: Revision) -> None:
    """Raise Erased where the bytes of a revision are gone, and NeverHere where there never were any. In the scope."""
    # Every answer of ours has an end, made with its claim.
    if not revision.tail:
        raise NeverHere
    refuse_erased(revision)


def _verified(revision: Revision) -> Iterator[bytes]:
    """The answer; breaks before its end where it is not what was sealed, so that nobody takes it for the same."""
    digest = hashlib.sha256()
    held = b""
    for piece in answer(revision):
        if held:
            yield held
        digest.update(piece)
        held = piece
    if revision.digest not in {None, digest.hexdigest()}:
        raise RuntimeError(f"revision {revision.pk} is not what it was: its stored bytes have another digest")
    yield held


def people_shown(revision: Revision) -> list[int]:
    """Whom the records of a revision show, by id. In the client's scope."""
    return [row["person_id"] for row in _rows("people", revision=revision.pk)]


def find_attachment(batch: BatchLine, unique_id: uuid.UUID) -> StoredFile:
    """A file of a violation that the batch's agency holds. In the client's scope. Raises NotFound.

    Where its row leads out of the folder of stored files, there is no such file.
    """
    rows = _rows("attachment", batch=batch.id, unique_id=unique_id)
    if not rows:
        raise NotFound(f"Batch {batch.uuid} has no file {unique_id} that its agency holds.")
    (row,) = rows
    folder = (settings.CURBLEDGER.home / "files").resolve()
    # Resolved, so that neither .. nor a symbolic link leads elsewhere.
    path = (folder / row["storage_location"]).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        raise NotFound(f"The file {unique_id} is not where its row says.")
    return StoredFile(path=path, name=f"{row['name']}.{row['extension']}", mime=row["mime"])


def _batches(**parameters: Any) -> list[BatchLine]:
    stale = settings.CURBLEDGER.deliverer_stale
    return [BatchLine(**row) for row in _rows("batches", **parameters, stale=stale)]


def _rows(query: str, **parameters: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[query], parameters)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
