"""The audit: what anybody changed, newest first. The address says what was looked for; an export is the same, whole."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curbledger.clients.audit_search import Found, Place, Wanted, find_actors, find_entries
from curbledger.database.actor import Actor, acting
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.kit.cells import harmless
from curbledger.kit.sheet import EXCELS_MARK
from curbledger.permissions import Permission
from curbledger.portal.audit_lines import read_entries
from curbledger.portal.audit_words import TABLE_NAMES
from curbledger.portal.forms import SpanForm
from curbledger.portal.page import page
from curbledger.portal.places import read_moment, write_moment
from curbledger.portal.templatetags.portal import who_name
from curbledger.registry.access import note_looks
from curbledger.registry.person import Person
from curbledger.violations.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.http import HttpResponse, HttpResponseBase

    from curbledger.portal.audit_lines import Line
    from curbledger.portal.visit import Visit

# Entries that an export reads at a time.
_CHUNK = 1000
_COLUMNS = (
    *(gettext_lazy("Entry"), gettext_lazy("When"), gettext_lazy("Who"), gettext_lazy("As"), gettext_lazy("Did")),
    *(gettext_lazy("What"), gettext_lazy("Name"), gettext_lazy("Ticket"), gettext_lazy("Person")),
    *(gettext_lazy("Rows"), gettext_lazy("Field"), gettext_lazy("Old"), gettext_lazy("New")),
)


class Filters(SpanForm):
    """What to look for. What cannot be read looks for nothing, and the page says so."""

    who = forms.CharField(required=False, label=gettext_lazy("Who"), max_length=254)
    what = forms.ChoiceField(required=False, label=gettext_lazy("What"))
    ticket = forms.CharField(required=False, label=gettext_lazy("Ticket"), max_length=50)
    person = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    since = forms.DateField(required=False, label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=gettext_lazy("to"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any) -> None:  # noqa: ANN401  # as Django's own
        super().__init__(data, label_suffix="")
        # A name that nobody bears any more, or one of very many, may stand in the address all the same.
        names = sorted({*find_actors(), *([data["who"]] if data.get("who") else [])}, key=str.casefold)
        self.fields["who"].widget = forms.Select(
            choices=[("", _("Anybody")), *((name, who_name(name)) for name in names)]
        )
        tables = sorted(((table, str(name)) for table, name in TABLE_NAMES.items()), key=lambda one: one[1].casefold())
        self.fields["what"].choices = [("", _("Anything")), *tables]  # type: ignore[attr-defined]
        self.fields["ticket"].widget.attrs.update({"autocomplete": "off"})

    def wanted(self) -> Wanted | None:
        """What is looked for, in the client's scope; None where nothing can fit."""
        if not self.is_valid():
            return None
        asked = self.cleaned_data
        ticket = None
        if asked["ticket"]:
            ticket = Violation.objects.filter(ticket=asked["ticket"]).values_list("pk", flat=True).first()
            if ticket is None:
                self.add_error("ticket", _("There is no such ticket."))
                return None
        return Wanted(
            by_name=asked["who"],
            about=asked["what"],
            violation_id=ticket,
            person_id=asked["person"],
            since=asked["since"],
            until=asked["until"],
        )


@page(Permission.AUDIT_READ)
def audit(visit: Visit) -> HttpResponse:
    """A page of entries."""
    filters = Filters(visit.request.GET)
    wanted = filters.wanted()
    place = read_moment(visit.request.GET.get("after", ""))
    found = Found([], None, cut=False)
    if wanted is not None:
        found = find_entries(visit.client, wanted, after=Place(*place) if place else None)
    context = {
        "title": _("Audit"),
        "filters": filters,
        "person": _person(visit, wanted),
        "lines": read_entries(visit, found.entries),
        "found": found,
        "next": _address(visit, after=write_moment(*found.next)) if found.next else "",
        "first": "after" in visit.request.GET,
        "first_page": _address(visit),
        "without_person": _address(visit, without=("person",)),
        "export": reverse("portal:audit-export") + _address(visit),
        "narrowed": any(visit.request.GET.get(name) for name in filters.fields),
    }
    return visit.show("portal/_audit.html" if visit.wants_part else "portal/audit.html", context)


@page(Permission.AUDIT_READ)
def export(visit: Visit) -> HttpResponseBase:
    """The same entries, all of them, as CSV: a line for each column that changed. Sent while it is read."""
    filters = Filters(visit.request.GET)
    wanted = filters.wanted()
    if wanted is None:
        return visit.show("portal/audit.html", {"title": _("Audit"), "filters": filters}, status=422)
    day = clock.local_day(visit.at, visit.client.zone)
    response = StreamingHttpResponse(
        _written(visit, wanted, translation.get_language()), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="audit-{visit.client.code.lower()}-{day}.csv"'
    # A proxy that waits for the end would hold it all.
    response["X-Accel-Buffering"] = "no"
    return response


def _written(visit: Visit, wanted: Wanted, language: str | None) -> Iterator[bytes]:
    """Outside the page's scope and language, for it is done by now: some entries at a time, in a scope of their own."""
    after: Place | None = None
    yield EXCELS_MARK
    with translation.override(language):
        header = _row([str(name) for name in _COLUMNS])
    yield header
    while True:
        # At each step anew: between two, others may use this thread.
        with translation.override(language), acting(Actor.STAFF, visit.by), client_scope(visit.client.pk):
            found = find_entries(visit.client, wanted, after=after, limit=_CHUNK)
            text = b"".join(_rows(read_entries(visit, found.entries, plain=True), visit))
        yield text
        if found.next is None:
            return
        after = found.next


def _rows(lines: Sequence[Line], visit: Visit) -> Iterator[bytes]:
    for line in lines:
        when = f"{line.at.astimezone(visit.client.zone):%Y-%m-%d %H:%M:%S}"
        head = [line.id, when, line.by, line.by_kind, line.act, line.what, line.label]
        head += [line.ticket[1] if line.ticket else "", line.person[1] if line.person else "", line.rows]
        for change in line.changes or ():
            yield _row([*head, change.name, _cell(change.old), _cell(change.new)])
        if not line.changes:
            yield _row([*head, "", "", ""])


def _cell(value: object) -> object:
    return "" if value is None else value


def _row(cells: Sequence[object]) -> bytes:
    line = _Line()
    csv.writer(line).writerow([harmless(cell) for cell in cells])
    return line.text.encode()


class _Line:
    """What a writer of CSV wrote last."""

    text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


def _person(visit: Visit, wanted: Wanted | None) -> str:
    """Whose entries are looked for, for those who may know."""
    if wanted is None or wanted.person_id is None:
        return ""
    if not visit.may(Permission.PEOPLE_READ):
        return str(wanted.person_id)
    found = Person.objects.filter(pk=wanted.person_id).first()
    if found is None:
        return str(wanted.person_id)
    note_looks(visit.client, [found.pk], what="audit", by=visit.by, at=visit.at)
    return str(found)


def _address(visit: Visit, *, without: Sequence[str] = (), **more: str) -> str:
    left_out = {"after", *without, *more}
    asked = [(name, value) for name, value in visit.request.GET.items() if name not in left_out and value]
    return "?" + urlencode([*asked, *more.items()])
