"""Write a ticket, at the desk or in the street."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curbledger.kit import money
from curbledger.permissions import Permission
from curbledger.portal.act_forms import WHICH_FILES, FilesField, amount_field
from curbledger.portal.forms import ActForm
from curbledger.portal.page import page
from curbledger.portal.templatetags.portal import priced
from curbledger.registry.entry import offered
from curbledger.registry.lookups import Colour, Make, Province
from curbledger.violations.attach import attached
from curbledger.violations.issue import Draft, issue_ticket
from curbledger.violations.lists import Category, Location, Offence
from curbledger.violations.violation import Violation

if TYPE_CHECKING:
    from django.http import HttpResponse

    from curbledger.clients.client import Client
    from curbledger.portal.visit import Visit


# So many tickets say where most plates are from.
_NEWEST = 50


class Ticket(ActForm):
    """What stands on a ticket."""

    plate = forms.CharField(
        label=gettext_lazy("Plate"),
        max_length=50,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}),
    )
    province = forms.TypedChoiceField(label=gettext_lazy("Province or state"), coerce=int)
    make = forms.TypedChoiceField(label=gettext_lazy("Make"), coerce=int, empty_value=None, required=False)
    colour = forms.TypedChoiceField(label=gettext_lazy("Colour"), coerce=int, empty_value=None, required=False)
    location = forms.TypedChoiceField(label=gettext_lazy("Place"), coerce=int, empty_value=None, required=False)
    category = forms.TypedChoiceField(label=gettext_lazy("Category"), coerce=int, empty_value=None, required=False)
    offences = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Offences"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    warning = forms.BooleanField(label=gettext_lazy("A warning: nothing is owed"), required=False)
    towing = amount_field(gettext_lazy("Towing"), min_value=0, required=False)
    drive_away = forms.BooleanField(label=gettext_lazy("The vehicle drove away"), required=False)
    comment = forms.CharField(
        label=gettext_lazy("Comment"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    evidence = FilesField(label=gettext_lazy("Photos"), required=False, help_text=WHICH_FILES)

    def __init__(self, *args: Any, client: Client) -> None:
        super().__init__(*args)
        nothing: list[tuple[Any, Any]] = [("", "—")]
        lists: dict[str, Any] = {
            "province": [(row.pk, f"{row.code} · {row.name}") for row in offered(Province).order_by("country", "name")],
            "make": nothing + list(offered(Make).values_list("pk", "name")),
            "colour": nothing + list(offered(Colour).values_list("pk", "name")),
            "location": nothing + list(offered(Location).values_list("pk", "name")),
            "category": nothing + list(offered(Category).values_list("pk", "name")),
            "offences": [
                (row.pk, f"{row.name} · {priced(row.default_cost, client.currency)}") for row in offered(Offence)
            ],
        }
        for name, choices in lists.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        # Most plates are of one province, and the first of the list is nobody's guess; one visitor changes nothing.
        newest = Violation.objects.filter(vehicle__province__isnull=False).order_by("-pk")
        usual = Counter(newest.values_list("vehicle__province_id", flat=True)[:_NEWEST]).most_common(1)
        self.fields["province"].initial = usual[0][0] if usual else None


@page(Permission.VIOLATIONS_ISSUE, methods=("GET", "HEAD", "POST"))
def issue(visit: Visit) -> HttpResponse:
    """The form; sent, writes the ticket and shows it."""
    request = visit.request
    form = Ticket(*((request.POST, request.FILES) if request.method == "POST" else ()), client=visit.client)
    if form.is_valid():
        written: list[int] = []
        said = visit.act(form, lambda: _write(visit, form.cleaned_data, written))
        if written:
            return visit.go(reverse("portal:violation", args=written), said)
        if not form.errors:
            return visit.go(reverse("portal:violations"))
    context = {"title": _("Issue a ticket"), "form": form}
    return visit.show("portal/issue.html", context, status=422 if form.is_bound else 200)


def _write(visit: Visit, said: dict[str, Any], written: list[int]) -> str:
    draft = Draft(
        plate=said["plate"],
        province_id=said["province"],
        offence_ids=said["offences"],
        make_id=said["make"],
        colour_id=said["colour"],
        category_id=said["category"],
        location_id=said["location"],
        warning=said["warning"],
        towing=said["towing"] or money.ZERO,
        drive_away=said["drive_away"],
        comment=said["comment"],
    )
    made = issue_ticket(visit.client, draft, at=visit.at, by=visit.by)
    with attached(visit.client, made, said["evidence"], at=visit.at):
        written.append(made.pk)
    return _("Ticket {ticket} is issued.").format(ticket=made.ticket)
