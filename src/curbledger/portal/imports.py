"""Imports: bring a file, see how far it is, have it checked and imported, and fetch what was rejected."""

from __future__ import annotations

import csv
from itertools import islice
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.http import FileResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from curbledger.errors import NotFound
from curbledger.importing.file_import import OPEN, UNDER_WAY, FileImport, State
from curbledger.importing.file_look import note_file_look
from curbledger.importing.kept import kept_mappings
from curbledger.importing.schema import Kind
from curbledger.importing.spoken import fault_of, reasons_of
from curbledger.importing.steps import ask_to_check, ask_to_import, drop_import, find_import
from curbledger.importing.upload import receive
from curbledger.permissions import Permission
from curbledger.portal.forms import ActForm
from curbledger.portal.import_forms import UploadForm
from curbledger.portal.import_words import KIND_NAMES, STATE_NAMES, STATE_TONES, row_reason
from curbledger.portal.page import page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpResponse, HttpResponseBase

    from curbledger.importing.said import Said
    from curbledger.portal.visit import Visit

_POST = ("GET", "HEAD", "POST")
PAGE = 50
# Of the rejected rows, a page shows the first.
_SHOWN = 10
_DIGITS = 18


@page(Permission.IMPORTS_RUN, methods=_POST)
def imports(visit: Visit) -> HttpResponse:
    """Takes a file, and lists those that were brought, newest first."""
    sent = visit.request.method == "POST"
    form = UploadForm(visit.request.POST, visit.request.FILES) if sent else UploadForm()
    if form.is_valid():
        brought: list[FileImport] = []

        def bring() -> str:
            file = form.cleaned_data["file"]
            brought.append(
                receive(
                    visit.client,
                    name=file.name or "",
                    chunks=file.chunks(),
                    kind=Kind(form.cleaned_data["kind"]),
                    most_megabytes=settings.CURBLEDGER.import_largest_mb,
                    at=visit.at,
                    by=visit.by,
                )
            )
            return ""

        visit.act(form, bring)
        if not form.errors:
            where = reverse("portal:import-mapping", args=[brought[0].pk]) if brought else reverse("portal:imports")
            return visit.go(where)
    before = visit.request.GET.get("before", "")
    found = FileImport.objects.order_by("-id")
    if before.isdecimal() and len(before) <= _DIGITS:
        found = found.filter(pk__lt=int(before))
    lines = list(found[: PAGE + 1])
    context = {
        "title": _("Imports"),
        "form": form,
        "most": settings.CURBLEDGER.import_largest_mb,
        "lines": [_line(one) for one in lines[:PAGE]],
        "next": lines[PAGE - 1].pk if len(lines) > PAGE else None,
        "first": bool(before),
        "kept": [(one, KIND_NAMES[one.kind]) for one in kept_mappings()],
    }
    return visit.show("portal/imports.html", context, status=422 if form.is_bound else 200)


class StepForm(ActForm):
    """What is to be done with a file."""

    step = forms.ChoiceField(choices=[("check", ""), ("import", ""), ("drop", "")], widget=forms.HiddenInput)


@page(Permission.IMPORTS_RUN, methods=_POST)
def one_import(visit: Visit, import_id: int) -> HttpResponse:
    """One file: how far it is, what would happen or did, and what can be done now. Raises NotFound."""
    one = find_import(import_id)
    form = StepForm(visit.request.POST if visit.request.method == "POST" else None, auto_id=False)
    if form.is_valid():
        visit.act(form, lambda: _step(visit, one, form.cleaned_data["step"]))
        if not form.errors:
            return visit.go(reverse("portal:import", args=[one.pk]))
        one = find_import(import_id)
    header, rejected = _first_rejected(one)
    if rejected:
        note_file_look(one, what="rejected", by=visit.by, at=visit.at)
    context = {
        "title": one.file_name,
        "form": form,
        **_line(one),
        "under_way": one.state in UNDER_WAY,
        "open": one.state in OPEN,
        "fits_nothing": bool(one.rejected) and not (one.imported or one.already_there),
        "fault": fault_of(one),
        "header": header,
        "rejected_rows": rejected,
        "kept_days": settings.CURBLEDGER.import_kept_days,
    }
    return visit.show(
        "portal/_import.html" if visit.wants_part else "portal/import.html",
        context,
        status=422 if form.is_bound else 200,
    )


@page(Permission.IMPORTS_RUN)
def rejected_rows(visit: Visit, import_id: int) -> HttpResponseBase:
    """The rejected rows as they stood in the file, each with its line and its reason. Raises NotFound."""
    one = find_import(import_id)
    # While somebody works on it, the list is of an earlier check.
    if one.state in UNDER_WAY or not one.rejected or not one.rejected_path.is_file():
        raise NotFound(_("There is no list of rejected rows, or it is kept no longer."))
    note_file_look(one, what="list", by=visit.by, at=visit.at)
    return FileResponse(
        one.rejected_path.open("rb"), as_attachment=True, filename=one.rejected_path.name, content_type="text/csv"
    )


def _step(visit: Visit, one: FileImport, step: str) -> str:
    if step == "check":
        ask_to_check(visit.client, one, at=visit.at, by=visit.by)
    elif step == "import":
        ask_to_import(visit.client, one, at=visit.at, by=visit.by)
    else:
        drop_import(one, at=visit.at)
    return ""


def _line(one: FileImport) -> dict[str, Any]:
    return {
        "one": one,
        "kind": KIND_NAMES[one.kind],
        "state": STATE_NAMES[one.state],
        "tone": STATE_TONES.get(one.state, "none"),
        "percent": min(100, 100 * one.position // one.size) if one.size else 0,
        "counted": one.imported is not None,
        "has_rejected": bool(one.rejected) and one.rejected_erased_at is None and one.state not in UNDER_WAY,
        "is_checked": one.state == State.CHECKED,
    }


def _first_rejected(one: FileImport) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """The first rejected rows, for the page; none where the list is gone."""
    if one.state in UNDER_WAY or not one.rejected:
        return (), ()
    try:
        with one.rejected_path.open(encoding="utf-8", errors="replace", newline="") as file:
            delimiter = file.readline().removeprefix("line")[:1] or ","
            file.seek(0)
            header, *rows = islice(csv.reader(file, delimiter=delimiter), _SHOWN + 1)
    except (OSError, ValueError, csv.Error):
        return (), ()
    reasons = reasons_of(one)
    return header, [_in_words(row, reasons) for row in rows]


def _in_words(row: list[str], reasons: Mapping[str, Said]) -> list[str]:
    """A rejected row with its reason in the language of the page."""
    line, reason, *cells = row
    said = reasons.get(line)
    # The list is English. What was said of it beside it may be of another turn, while that one begins.
    if said is not None and str(said) == reason:
        reason = row_reason(said)
    return [line, reason, *cells]
