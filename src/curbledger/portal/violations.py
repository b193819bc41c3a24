"""Violations: found, and listed. The address says what was looked for, so that it can be kept and sent on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from curbledger.permissions import Permission
from curbledger.placements.by_reason import by_reason
from curbledger.portal.forms import SpanForm
from curbledger.portal.page import page
from curbledger.portal.places import read_place, write_place
from curbledger.portal.way_back import carried, kept
from curbledger.portal.words import REASON_NAMES, SOUGHT_NAMES
from curbledger.registry.access import note_looks
from curbledger.violations.lists import Category, Location
from curbledger.violations.search import Found, Place, Wanted, search

if TYPE_CHECKING:
    from django.http import HttpResponse

    from curbledger.portal.visit import Visit


# A page that finds nothing looks on by itself so many times, before it asks whether to.
_FURTHER = 4


class Filters(SpanForm):
    """What to look for. What cannot be read looks for nothing, and the page says so."""

    q = forms.CharField(required=False, max_length=100, strip=True)
    state = forms.ChoiceField(required=False, label=_("Standing"), choices=[("", _("Any")), *SOUGHT_NAMES.items()])
    category = forms.TypedChoiceField(required=False, label=_("Category"), coerce=int, empty_value=None)
    reason = forms.ChoiceField(required=False, label=_("Collections"), choices=[("", _("Any")), *REASON_NAMES.items()])
    agency = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    location = forms.TypedChoiceField(required=False, label=_("Place"), coerce=int, empty_value=None)
    since = forms.DateField(required=False, label=_("Issued from"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("to"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any, *, may_see_people: bool) -> None:  # noqa: ANN401  # as Django's own
        super().__init__(data, label_suffix="")
        everything = ("", _("Any"))
        categories = Category.objects.order_by("name").values_list("pk", "name")
        locations = Location.objects.order_by("name").values_list("pk", "name")
        self.fields["category"].choices = [everything, *categories]  # type: ignore[attr-defined]
        self.fields["location"].choices = [everything, *locations]  # type: ignore[attr-defined]
        what = _("Number, plate, name or place") if may_see_people else _("Number, plate or place")
        self.fields["q"].label = what
        attributes = {"type": "search", "data-search": "", "autocomplete": "off", "enterkeyhint": "search"}
        self.fields["q"].widget = forms.TextInput(attrs=attributes)


@page(Permission.VIOLATIONS_READ)
def violations(visit: Visit) -> HttpResponse:
    """A page of tickets, newest first."""
    with_people = visit.may(Permission.PEOPLE_READ)
    filters = Filters(visit.request.GET, may_see_people=with_people)
    found = Found([], None, cut=False)
    if filters.is_valid():
        asked = filters.cleaned_data
        wanted = Wanted(
            text=asked["q"],
            state=asked["state"],
            category_id=asked["category"],
            location_id=asked["location"],
            since=asked["since"],
            until=asked["until"],
        )
        after = read_place(visit.request.GET.get("after", ""))
        among = None
        if asked["reason"]:
            among = by_reason(
                visit.client,
                asked["reason"],
                at=visit.at,
                agency_id=asked["agency"],
                after=after,
                since=wanted.since,
                until=wanted.until,
            )
        found = search(visit.client, wanted, at=visit.at, after=after, with_people=with_people, among=among)
        for _further in range(_FURTHER if among is None else 0):
            if found.lines or found.next is None:
                break
            found = search(visit.client, wanted, at=visit.at, after=found.next, with_people=with_people)
        note_looks(visit.client, (one.person_id for one in found.lines), what="list", by=visit.by, at=visit.at)
    context = {
        "title": _("Violations"),
        "filters": filters,
        "found": found,
        "next": _next_page(visit, found.next),
        "first": "after" in visit.request.GET,
        "first_page": urlencode([(name, value) for name, value in visit.request.GET.items() if name != "after"]),
        "looked_for": kept(visit.request.GET),
        "carried": carried(kept(visit.request.GET)),
        "narrowed": any(visit.request.GET.get(name) for name in filters.fields),
    }
    return visit.show("portal/_found.html" if visit.wants_part else "portal/violations.html", context)


def _next_page(visit: Visit, place: Place | None) -> str:
    if place is None:
        return ""
    asked = [(name, value) for name, value in visit.request.GET.items() if name != "after" and value]
    return "?" + urlencode([*asked, ("after", write_place(place))])
