"""People and vehicles: found, and shown with what is theirs; holds on all of a person's tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curbledger.clients.policy import STAFF_HOLD_KINDS
from curbledger.errors import NotFound
from curbledger.kit import clock
from curbledger.permissions import Permission
from curbledger.permits.permit import Permit
from curbledger.portal.forms import ActForm
from curbledger.portal.page import page
from curbledger.portal.places import read_place, write_place
from curbledger.registry.access import note_looks
from curbledger.registry.find import find_people, vehicles_of_plate
from curbledger.registry.person import Person
from curbledger.registry.vehicle import Driver, Vehicle
from curbledger.violations.hold import hold_person, release_hold
from curbledger.violations.search import tickets_of
from curbledger.violations.standing import Hold
from curbledger.violations.state import owed_of, states_of

if TYPE_CHECKING:
    from django.http import HttpResponse

    from curbledger.portal.visit import Visit

# Vehicles, permits, drivers and holds that one page shows: a fleet has thousands.
MOST = 100
# Digits that no id has.
_ENDLESS = 19
_POST = ("GET", "HEAD", "POST")


@page(Permission.PEOPLE_READ)
def people(visit: Visit) -> HttpResponse:
    """Finds people and vehicles."""
    q = visit.request.GET.get("q", "")
    found = find_people(q, after=_number(visit, "after"))
    note_looks(visit.client, (one.pk for one in found.people), what="list", by=visit.by, at=visit.at)
    context = {
        "title": _("People and vehicles"),
        "q": q,
        "people": found.people,
        "next": urlencode({"q": q, "after": found.next}) if found.next else "",
        "vehicles": vehicles_of_plate(q),
    }
    return visit.show("portal/people.html", context)


@page(Permission.PEOPLE_READ)
def person(visit: Visit, person_id: int) -> HttpResponse:
    """A profile with its vehicles, permits, tickets and holds."""
    shown = _find_person(person_id)
    note_looks(visit.client, [shown.pk], what="profile", by=visit.by, at=visit.at)
    driven = Driver.objects.filter(person_id=shown.pk).select_related("vehicle__province").order_by("id")
    vehicles = [driver.vehicle for driver in driven[: MOST + 1]]
    context = {
        "title": str(shown),
        "person": shown,
        "vehicles": vehicles[:MOST],
        "more_vehicles": len(vehicles) > MOST,
        "permits": _permits([one.plate_key for one in vehicles]),
        **_tickets(visit, person_id=shown.pk),
        "today": clock.local_day(visit.at, visit.client.zone),
        "holds": [
            (hold, KIND_NAMES.get(hold.kind, hold.kind))
            for hold in Hold.objects.filter(person_id=shown.pk).order_by("-id")[:MOST]
        ],
    }
    return visit.show("portal/person.html", context)


class HoldForm(ActForm):
    """Why all of a person's tickets stay."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)
    petition_on = forms.DateField(
        label=gettext_lazy("Petition of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Bankruptcy: tickets issued up to this day are held, later ones are not."),
    )
    until = forms.DateField(label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "—"), *((kind, KIND_NAMES[kind]) for kind in STAFF_HOLD_KINDS)]  # type: ignore[attr-defined]


KIND_NAMES = {
    "appeal": gettext_lazy("Appeal"),
    "dispute": gettext_lazy("Dispute"),
    "bankruptcy": gettext_lazy("Bankruptcy"),
    "deceased": gettext_lazy("Deceased"),
    "payment_plan": gettext_lazy("Payment plan"),
    "court": gettext_lazy("Court"),
    "other": gettext_lazy("Other"),
}


@page(Permission.HOLDS_WRITE, methods=_POST)
def hold_all(visit: Visit, person_id: int) -> HttpResponse:
    """Holds every ticket of a person back."""
    shown = _find_person(person_id)
    form = HoldForm(visit.request.POST if visit.request.method == "POST" else None)
    back = reverse("portal:person", args=[shown.pk])
    if form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("kind", "reason", "petition_on", "until")}

        def do() -> str:
            hold_person(visit.client, shown.pk, at=visit.at, by=visit.by, **typed)
            return _("The person's tickets are held back.")

        said = visit.act(form, do)
        if not form.errors:
            return visit.go(back, said)
    context = {"title": _("Hold all tickets back"), "person": shown, "form": form, "back": back}
    return visit.show("portal/person_act.html", context, status=422 if form.is_bound else 200)


class ReleaseForm(ActForm):
    """Why a hold ends."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)


@page(Permission.HOLDS_WRITE, methods=_POST)
def release(visit: Visit, person_id: int, hold_id: int) -> HttpResponse:
    """Ends a hold on a person."""
    shown = _find_person(person_id)
    hold = Hold.objects.filter(pk=hold_id, person_id=shown.pk).first()
    if hold is None:
        raise NotFound(_("There is no such hold on this person."))
    form = ReleaseForm(visit.request.POST if visit.request.method == "POST" else None)
    back = reverse("portal:person", args=[shown.pk])
    if form.is_valid():

        def do() -> str:
            release_hold(hold.pk, reason=form.cleaned_data["reason"], at=visit.at, by=visit.by)
            return _("The hold was released.")

        said = visit.act(form, do)
        if not form.errors:
            return visit.go(back, said)
    context = {"title": _("Release the hold"), "person": shown, "form": form, "back": back}
    return visit.show("portal/person_act.html", context, status=422 if form.is_bound else 200)


@page(Permission.VIOLATIONS_READ)
def vehicle(visit: Visit, vehicle_id: int) -> HttpResponse:
    """A vehicle with its tickets and permits; its drivers for those who may know them."""
    joined = ("province", "plate_type", "make", "colour", "vehicle_type")
    shown = Vehicle.objects.select_related(*joined).filter(pk=vehicle_id).first()
    if shown is None:
        raise NotFound(_("There is no such vehicle."))
    drivers: list[Driver] = []
    if visit.may(Permission.PEOPLE_READ):
        drivers = list(Driver.objects.filter(vehicle_id=shown.pk).select_related("person").order_by("id")[:MOST])
        note_looks(visit.client, (one.person_id for one in drivers), what="list", by=visit.by, at=visit.at)
    context = {
        "title": _("Vehicle {plate}").format(plate=shown.plate) if shown.plate else _("Vehicle"),
        "vehicle": shown,
        "drivers": drivers,
        "permits": _permits([shown.plate_key]),
        **_tickets(visit, vehicle_id=shown.pk),
    }
    return visit.show("portal/vehicle.html", context)


def _find_person(person_id: int) -> Person:
    found = Person.objects.select_related("province").filter(pk=person_id).first()
    if found is None:
        raise NotFound(_("There is no such person."))
    return found


def _tickets(visit: Visit, **whose: int) -> dict[str, Any]:
    """A page of somebody's tickets with how they stand and what they owe, and where the older ones are."""
    tickets, older = tickets_of(**whose, after=read_place(visit.request.GET.get("after", "")))
    stands = states_of(visit.client, [one.pk for one in tickets], at=visit.at)
    return {
        "tickets": [(one, stands[one.pk], owed_of(one.balance, stands[one.pk])) for one in tickets],
        "older": write_place(older) if older else "",
        "is_first": "after" not in visit.request.GET,
    }


def _number(visit: Visit, name: str) -> int | None:
    """A number of the address; None for what is none."""
    text = visit.request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < _ENDLESS else None


def _permits(keys: list[str]) -> list[Permit]:
    return list(Permit.objects.live().filter(plate_key__in=[key for key in keys if key]).order_by("-ends_at")[:MOST])
