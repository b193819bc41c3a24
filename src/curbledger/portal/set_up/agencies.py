"""Agencies: who receives, and which categories are kept for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curbledger.errors import NotFound
from curbledger.permissions import Permission
from curbledger.placements.agency import Agency, AgencyCategory, AgencyToken
from curbledger.placements.assign import LeftToNobody, add_agency, assign_categories, change_agency, nobodys
from curbledger.portal.forms import ActForm
from curbledger.portal.page import page
from curbledger.violations.lists import Category

if TYPE_CHECKING:
    from django.http import HttpResponse

    from curbledger.errors import CurbledgerError
    from curbledger.portal.visit import Visit

_POST = ("GET", "HEAD", "POST")
# An office has a handful of either.
_MOST = 500
# No agency has this id.
_NOBODY = "0"


class Sure(ActForm):
    """A change that can leave categories to nobody: then it asks whether that is meant."""

    sure = forms.BooleanField(label=gettext_lazy("That is meant"), required=False)
    asked = False

    def refuse(self, error: CurbledgerError) -> None:
        """Ask, where that is what is wrong."""
        super().refuse(error)
        self.asked = isinstance(error, LeftToNobody)

    def visible_fields(self) -> list[forms.BoundField]:
        """The question stands last, and only where it is one."""
        fields = super().visible_fields()
        return [one for one in fields if one.name != "sure"] + ([self["sure"]] if self.asked else [])


class AgencyForm(Sure):
    """What it is called, and what it takes."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    assigned_only = forms.BooleanField(
        label=gettext_lazy("Takes only the categories that are kept for it"), required=False
    )


class WhoGetsWhat(Sure):
    """For each category, the agency that it is kept for."""

    def __init__(self, data: Any) -> None:  # noqa: ANN401  # as Django's own
        super().__init__(data)
        agencies = [
            (_NOBODY, gettext_lazy("Whoever calls first")),
            *Agency.objects.order_by("name").values_list("pk", "name"),
        ]
        kept = dict(AgencyCategory.objects.values_list("category_id", "agency_id"))
        self.categories = list(Category.objects.order_by("name")[:_MOST])
        for category in self.categories:
            here = kept.get(category.pk, "")
            self.fields[f"category_{category.pk}"] = forms.TypedChoiceField(
                label=category.name,
                choices=agencies,
                coerce=lambda chosen: int(chosen) or None,
                initial=here or _NOBODY,
            )
            self.fields[f"seen_{category.pk}"] = forms.IntegerField(
                widget=forms.HiddenInput, required=False, initial=here
            )

    def told(self, prefix: str) -> dict[int, int | None]:
        """By category: what was seen, or what is wanted."""
        return {category.pk: self.cleaned_data.get(f"{prefix}_{category.pk}") for category in self.categories}


@page(Permission.AGENCIES_WRITE, methods=_POST)
def agencies(visit: Visit) -> HttpResponse:
    """Every agency, and the form that says who gets what."""
    form = WhoGetsWhat(visit.request.POST if visit.request.method == "POST" else None)
    if form.is_valid():
        seen, wanted, sure = form.told("seen"), form.told("category"), form.cleaned_data["sure"]

        def do() -> str:
            changed = assign_categories(visit.client.pk, seen=seen, wanted=wanted, sure=sure)
            return _("Who gets what is saved.") if changed else _("Nothing was changed.")

        said = visit.act(form, do)
        if not form.errors:
            return visit.go(reverse("portal:set-up-agencies"), said)
    kept: dict[int, list[str]] = {}
    for one in AgencyCategory.objects.select_related("category").order_by("category__name"):
        kept.setdefault(one.agency_id, []).append(one.category.name)
    tokens: dict[int, int] = {}
    for agency_id in AgencyToken.objects.values_list("agency_id", flat=True):
        tokens[agency_id] = tokens.get(agency_id, 0) + 1
    context = {
        "title": _("Agencies"),
        "form": form,
        "agencies": [
            (one, ", ".join(kept.get(one.pk, [])), tokens.get(one.pk, 0))
            for one in Agency.objects.order_by("name")[:_MOST]
        ],
        "nobodys": [name or _("tickets of no category") for name in nobodys()],
    }
    return visit.show("portal/set_up/agencies.html", context, status=422 if form.is_bound else 200)


@page(Permission.AGENCIES_WRITE, methods=_POST)
def add(visit: Visit) -> HttpResponse:
    """One more agency."""

    def do(typed: dict[str, Any]) -> str:
        add_agency(visit.client.pk, at=visit.at, **typed)
        return _("The agency was added. A token lets it call.")

    return _form(visit, _("New agency"), {}, do)


@page(Permission.AGENCIES_WRITE, methods=_POST)
def agency(visit: Visit, agency_id: int) -> HttpResponse:
    """One agency: renamed, or told to take only its own."""
    shown = Agency.objects.filter(pk=agency_id).first()
    if shown is None:
        raise NotFound(_("There is no such agency."))

    def do(typed: dict[str, Any]) -> str:
        change_agency(agency_id, **typed)
        return _("The agency was saved.")

    return _form(visit, shown.name, {"name": shown.name, "assigned_only": shown.assigned_only}, do)


def _form(visit: Visit, title: str, there: dict[str, Any], do: Any) -> HttpResponse:  # noqa: ANN401  # one of the two
    form = AgencyForm(visit.request.POST if visit.request.method == "POST" else None, initial=there)
    back = reverse("portal:set-up-agencies")
    if form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("name", "assigned_only", "sure")}
        said = visit.act(form, lambda: do(typed))
        if not form.errors:
            return visit.go(back, said)
    context = {"title": title, "form": form, "back": back, "back_title": _("Agencies"), "submit": _("Save")}
    return visit.show("portal/set_up/one_form.html", context, status=422 if form.is_bound else 200)
