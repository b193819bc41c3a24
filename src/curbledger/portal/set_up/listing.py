"""One mechanism for every list that fields are picked from: found, added to, changed, archived, brought back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _

from curbledger.errors import NotFound
from curbledger.permissions import Permission
from curbledger.portal.page import page
from curbledger.portal.set_up.list_forms import EntryForm, Seen
from curbledger.portal.set_up.lists import LISTINGS, Listing
from curbledger.registry.entry import archive_entry, restore_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from curbledger.portal.visit import Visit
    from curbledger.registry.entry import Entry

_POST = ("GET", "HEAD", "POST")
# Entries that one page shows.
PAGE = 50
# Digits that no id has.
_ENDLESS = 19


@page(Permission.LISTS_WRITE)
def entries(visit: Visit, listing: str) -> HttpResponse:
    """A page of a list, by name."""
    shown = _find(listing)
    asked = visit.request.GET
    q, archived = asked.get("q", "").replace("\0", "").strip(), bool(asked.get("archived"))
    found = _look(shown, q, archived=archived, after=asked.get("after", ""))
    following = {"q": q, "archived": "1" if archived else "", "after": found[PAGE - 1].pk if len(found) > PAGE else ""}
    context = {
        "title": shown.title,
        "listing": shown,
        "q": q,
        "archived": archived,
        "lines": [(one, shown.url(one.pk), shown.cells(visit, one)) for one in found[:PAGE]],
        "next": urlencode(following) if following["after"] else "",
    }
    return visit.show("portal/set_up/entries.html", context)


@page(Permission.LISTS_WRITE, methods=_POST)
def add(visit: Visit, listing: str) -> HttpResponse:
    """One more entry."""
    shown = _find(listing)
    form = shown.form(visit.request.POST if visit.request.method == "POST" else None)
    if form.is_valid():
        said = visit.act(form, lambda: _said(shown.add(visit, form.values()), _("{name} was added.")))
        if not form.errors:
            return visit.go(reverse("portal:set-up-list", args=[listing]), said)
    context = {"title": _("Add to {list}").format(list=shown.title), "listing": shown, "form": form}
    return visit.show("portal/set_up/entry.html", context, status=422 if form.is_bound else 200)


@page(Permission.LISTS_WRITE, methods=_POST)
def change(visit: Visit, listing: str, entry_id: int) -> HttpResponse:
    """One entry: changed, archived, or offered again."""
    shown = _find(listing)
    entry: Entry | None = QuerySet(shown.model).filter(pk=entry_id).first()
    if entry is None:
        raise NotFound(_("There is no such entry."))
    request = visit.request
    data = request.POST if request.method == "POST" else None
    wanted = _Wanted(shown, entry, data.get("action", "save") if data is not None else "")
    form = wanted.form(data)
    if form.is_valid():
        said = visit.act(form, lambda: wanted.do(visit, form))
        if not form.errors:
            return visit.go(reverse("portal:set-up-list", args=[listing]), said)
    # What is refused for archiving stands above the fields as they are.
    fields = form if isinstance(form, EntryForm) else wanted.fields()
    context = {
        "title": entry.name,
        "listing": shown,
        "form": fields,
        "refused": [] if fields is form else form.non_field_errors(),
        "entry": entry,
        "archive": Seen(initial={"seen": entry.modified.isoformat()}),
        "more": [(title, reverse(name, args=[entry.pk])) for title, name in shown.more],
    }
    return visit.show("portal/set_up/entry.html", context, status=422 if data is not None else 200)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the form asks to do with an entry."""

    listing: Listing
    entry: Entry
    action: str
    others: dict[str, tuple[Callable[..., Entry], str]] = field(
        default_factory=lambda: {
            "archive": (archive_entry, _("{name} is archived: it is no longer offered.")),
            "restore": (restore_entry, _("{name} is offered again.")),
        }
    )

    def form(self, data: Any) -> Seen:  # noqa: ANN401  # as Django's own
        """The form that was sent, or that is shown."""
        return Seen(data) if self.action in self.others else self.fields(data)

    def fields(self, data: Any = None) -> EntryForm:  # noqa: ANN401  # as Django's own
        """What the entry says."""
        entry = self.entry
        columns = [name for name in self.listing.form.base_fields if name not in Seen.base_fields]
        there = {name: getattr(entry, f"{name}_id" if name == "category" else name) for name in columns}
        return self.listing.form(data, initial={**there, "seen": entry.modified.isoformat()})

    def do(self, visit: Visit, form: Seen) -> str:
        """Call the verb, and say what it did."""
        seen, entry = form.cleaned_data["seen"], self.entry
        if self.action in self.others:
            verb, said = self.others[self.action]
            return _said(verb(type(entry), entry.pk, seen=seen, at=visit.at), said)
        return _said(self.listing.change(visit, entry, seen, form.values()), _("{name} was saved."))


def _find(name: str) -> Listing:
    if name not in LISTINGS:
        raise NotFound(_("There is no such list."))
    return LISTINGS[name]


def _said(entry: Entry, said: str) -> str:
    return said.format(name=entry.name)


def _look(listing: Listing, q: str, *, archived: bool, after: str) -> list[Entry]:
    """A page and one more, after the entry of that number. Lists are short, beside tickets: any part of a name fits."""
    found = QuerySet(listing.model).filter(archived__isnull=not archived).annotate(low=Lower("name"))
    if q:
        found = found.filter(Q(name__icontains=q))
    if after.isascii() and after.isdigit() and len(after) < _ENDLESS:
        last = QuerySet(listing.model).annotate(low=Lower("name")).filter(pk=int(after)).first()
        if last is not None:
            found = found.filter(Q(low__gt=last.low) | Q(low=last.low, pk__gt=last.pk))
    return list(found.order_by("low", "pk")[: PAGE + 1])
