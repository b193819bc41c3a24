"""Batches: what was handed over, its revisions and records, and the files again."""

from __future__ import annotations

import re
import tempfile
import uuid
from functools import partial
from typing import TYPE_CHECKING

from django.http import FileResponse
from django.utils.translation import gettext as _

from curbledger.errors import Conflict, NotFound
from curbledger.permissions import Permission
from curbledger.placements.batch import BatchState
from curbledger.placements.chunks import Unprintable
from curbledger.placements.export import Format, export
from curbledger.placements.manifest import (
    PAGE,
    batches,
    find_batch,
    find_revision,
    people_shown,
    placements,
    refuse_without_bytes,
    revisions,
)
from curbledger.portal.forms import ActForm
from curbledger.portal.page import Afterwards, page
from curbledger.registry.access import note_looks

if TYPE_CHECKING:
    from django.http import HttpResponse

    from curbledger.placements.batch import Revision
    from curbledger.portal.visit import Visit

# What a batch can be fetched as. A record a line is for programs, which have the command.
FILES = (Format.JSON, Format.CSV, Format.XLSX)
_TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NUMBER = re.compile(r"[0-9]{1,18}")
# What of a file stays in memory before it goes to the disk.
_SPOOLED = 1_000_000


@page(Permission.BATCHES_HAND_OVER)
def all_batches(visit: Visit) -> HttpResponse:
    """What was handed over, newest first, a page at a time."""
    before = visit.request.GET.get("before", "")
    found = batches(before=_uuid(before) if before else None, limit=PAGE + 1)
    lines = found[:PAGE]
    context = {
        "title": _("Batches"),
        "lines": lines,
        "next": lines[-1].uuid if len(found) > PAGE else "",
        "first": not before,
    }
    return visit.show("portal/batches.html", context)


@page(Permission.BATCHES_HAND_OVER)
def batch(visit: Visit, batch_id: uuid.UUID) -> HttpResponse:
    """One batch: how each of its sendings ended, and the placements of one of them with their evidence."""
    line = find_batch(batch_id)
    shown = find_revision(line, _number(visit, "revision"))
    found = placements(shown, after=_number(visit, "after") or 0, limit=PAGE + 1)
    lines = found[:PAGE]
    context = {
        "title": _("Batch %(id)s") % {"id": str(line.uuid)[:8]},
        "batch": line,
        "sendings": list(reversed(revisions(line))),
        "shown": shown,
        "imported": not shown.tail,
        "files": FILES,
        "word": ActForm() if line.state == BatchState.AWAITING else None,
        "lines": lines,
        "next": lines[-1].violation_id if len(found) > PAGE else "",
        "first": "after" not in visit.request.GET,
    }
    return visit.show("portal/batch.html", context)


@page(Permission.BATCHES_HAND_OVER)
def batch_file(visit: Visit, batch_id: uuid.UUID, revision: int, form: str) -> Afterwards:
    """The records of a revision as they went out. Raises NotFound, also where the bytes were erased or never here."""
    line = find_batch(batch_id)
    wanted = find_revision(line, revision)
    if form not in FILES:
        raise NotFound
    refuse_without_bytes(wanted)
    note_looks(visit.client, people_shown(wanted), what="batch", by=visit.by, at=visit.at)
    name = f"{visit.client.code}-{line.uuid}-r{wanted.number}.{form}"
    # What was never printed is printed now, and each chunk is kept by a transaction of its own.
    return Afterwards(partial(_file, wanted, Format(form), name))


def _file(revision: Revision, form: Format, name: str) -> FileResponse:
    """The whole file, written before its first byte goes: nobody gets half of one."""
    file = tempfile.SpooledTemporaryFile(max_size=_SPOOLED)  # noqa: SIM115  # the answer closes it
    try:
        export(revision, form, file)  # type: ignore[arg-type]  # a file by all that is asked of it
    except Unprintable:
        file.close()
        raise Conflict(
            _(
                "Some of its records cannot be printed. They are set aside under a hold now; hand over again, and the "
                "next revision goes without them."
            )
        ) from None
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=name, content_type=_TYPES[form], headers={"Content-Length": str(size)}
    )


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None


def _number(visit: Visit, name: str) -> int | None:
    """A number of the address; None for what is none."""
    text = visit.request.GET.get(name, "")
    return int(text) if _NUMBER.fullmatch(text) else None
