"""The mapping of a file: as a form, or as the TOML that the command takes; and those that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tomli_w
from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curbledger.errors import Conflict, Invalid
from curbledger.importing.file_import import OPEN, FileImport
from curbledger.importing.file_look import note_file_look
from curbledger.importing.kept import find_mapping, keep_mapping, kept_mappings, remove_mapping, rename_mapping
from curbledger.importing.mapping import FileRules, read_tree
from curbledger.importing.schema import Kind
from curbledger.importing.steps import ask_to_check, find_import, map_file
from curbledger.importing.suggest import suggest, two_orders
from curbledger.importing.upload import Look, look
from curbledger.permissions import Permission
from curbledger.portal.forms import ActForm
from curbledger.portal.import_forms import Column, Editor, TextForm
from curbledger.portal.import_words import KIND_NAMES
from curbledger.portal.page import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curbledger.portal.visit import Visit

_POST = ("GET", "HEAD", "POST")
# Rows of the file that the page shows.
_SHOWN = 5
_DIGITS = 18


@page(Permission.IMPORTS_RUN, methods=_POST)
def mapping(visit: Visit, import_id: int) -> HttpResponse:
    """What each column means. Sent, the mapping is kept with the file, and the queue finds out what it would do."""
    one = _mappable(import_id)
    tree = _tree(visit, one)
    seen = _look(one, tree)
    note_file_look(one, what="rows", by=visit.by, at=visit.at)
    columns = _columns(seen)
    editor = Editor(
        visit.request.POST if visit.request.method == "POST" else None, kind=Kind(one.kind), columns=columns, tree=tree
    )
    if visit.request.method == "POST" and editor.is_valid():
        form = editor.whole
        said = visit.act(form, lambda: _save(visit, one, tomli_w.dumps(editor.tree()), form))
        if not form.errors:
            return visit.go(reverse("portal:import", args=[one.pk]), said)
    context = {
        "title": one.file_name,
        "one": one,
        "editor": editor,
        "seen": seen,
        "rows": seen.rows[:_SHOWN],
        "kept": kept_mappings(Kind(one.kind)),
        "from": visit.request.GET.get("from", ""),
    }
    return visit.show("portal/import_mapping.html", context, status=422 if editor.whole.is_bound else 200)


@page(Permission.IMPORTS_RUN, methods=_POST)
def mapping_text(visit: Visit, import_id: int) -> HttpResponse:
    """The same as text: pasted, or changed where the form is too small for it."""
    one = _mappable(import_id)
    if visit.request.method == "POST":
        form = TextForm(visit.request.POST)
    else:
        form = TextForm(initial={"text": one.mapping or tomli_w.dumps(_tree(visit, one))})
    if form.is_valid():
        said = visit.act(form, lambda: _save(visit, one, form.cleaned_data["text"].replace("\r\n", "\n"), form))
        if not form.errors:
            return visit.go(reverse("portal:import", args=[one.pk]), said)
    context = {"title": one.file_name, "one": one, "form": form}
    return visit.show("portal/import_text.html", context, status=422 if form.is_bound else 200)


@page(Permission.IMPORTS_RUN)
def kept_mapping(_visit: Visit, mapping_id: int) -> HttpResponse:
    """A kept mapping as a file for the command. Raises NotFound."""
    kept = find_mapping(mapping_id)
    name = "".join(sign if sign.isalnum() and sign.isascii() else "-" for sign in kept.name.lower()).strip("-")
    response = HttpResponse(kept.text, content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name or kept.kind}.toml"'
    return response


class KeptForm(ActForm):
    """What becomes of a kept mapping."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)


@page(Permission.IMPORTS_RUN, methods=_POST)
def change_kept(visit: Visit, mapping_id: int) -> HttpResponse:
    """A kept mapping: called something else, or removed. Raises NotFound."""
    kept = find_mapping(mapping_id)
    data = visit.request.POST if visit.request.method == "POST" else None
    form = KeptForm(data, initial={"name": kept.name})
    removing = data is not None and data.get("action") == "remove"
    if removing:
        form.fields["name"].required = False

    def do() -> str:
        if removing:
            remove_mapping(kept.pk)
            return _("The mapping {name} is removed.").format(name=kept.name)
        renamed = rename_mapping(kept.pk, form.cleaned_data["name"])
        return _("The mapping is called {name}.").format(name=renamed.name)

    if form.is_valid():
        said = visit.act(form, do)
        if not form.errors:
            return visit.go(reverse("portal:imports"), said)
    context = {"title": kept.name, "kept": kept, "kind": KIND_NAMES[kept.kind], "form": form}
    return visit.show("portal/kept_mapping.html", context, status=422 if form.is_bound else 200)


def _mappable(import_id: int) -> FileImport:
    one = find_import(import_id)
    if one.state not in OPEN:
        raise Conflict(_("This file is under way, or its import has ended: its mapping stays as it is."))
    return one


def _tree(visit: Visit, one: FileImport) -> dict[str, Any]:
    """Where the form begins: at a kept mapping, at the file's own, or at a guess."""
    chosen = visit.request.GET.get("from", "")
    if chosen.isdecimal() and len(chosen) <= _DIGITS:
        return read_tree(find_mapping(int(chosen)).text)
    if one.mapping and chosen != "guess":
        return read_tree(one.mapping)
    return suggest(Kind(one.kind), look(one.path))


def _look(one: FileImport, tree: Mapping[str, Any]) -> Look:
    try:
        return look(one.path, FileRules.model_validate(tree.get("file", {})))
    except Invalid:
        # A kept mapping of another file may not even read this one: its delimiter, its encoding.
        return look(one.path)


def _columns(seen: Look) -> dict[str, Column]:
    """Each column, what stands in it first, and what has to be asked of it."""
    found = {}
    for place, name in enumerate(seen.header):
        filled = [value for row in seen.rows if (value := row[place].strip())]
        found[name] = Column(filled[0] if filled else "", two_orders(filled))
    return found


def _save(visit: Visit, one: FileImport, text: str, form: ActForm) -> str:
    map_file(one, text)
    name = form.cleaned_data["keep_as"]
    if name:
        keep_mapping(visit.client, kind=Kind(one.kind), name=name, text=text, at=visit.at, by=visit.by)
    ask_to_check(visit.client, one, at=visit.at, by=visit.by)
    return _("The mapping is kept.") if name else ""
