"""Recall many, or start a new cycle for many: chosen by what stands in the address, seen first, then done once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from curbledger.permissions import Permission
from curbledger.placements.agency import Agency
from curbledger.placements.cycle import foresee_new_cycles, start_new_cycles
from curbledger.placements.recall import foresee_recall, recall
from curbledger.placements.selection import Selection
from curbledger.portal.forms import ActForm
from curbledger.portal.page import Page
from curbledger.violations.lists import Category, Location, Offence

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse
    from django.utils.functional import _StrPromise as Lazy

    from curbledger.portal.visit import Visit

_DAY = {"type": "date"}
_MOST_TICKETS = 1000
# What servers and proxies take as an address without a second thought. More numbers than that travel in the form.
_LONGEST_ADDRESS = 2000


class Choice(forms.Form):
    """Which tickets: everything that is given has to fit."""

    tickets = forms.CharField(
        label=gettext_lazy("Tickets"), required=False, max_length=60_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    agency = forms.TypedChoiceField(label=gettext_lazy("Agency"), required=False, coerce=int, empty_value=None)
    batch = forms.UUIDField(label=gettext_lazy("Batch"), required=False)
    offence = forms.TypedChoiceField(label=gettext_lazy("Offence"), required=False, coerce=int, empty_value=None)
    location = forms.TypedChoiceField(label=gettext_lazy("Place"), required=False, coerce=int, empty_value=None)
    category = forms.TypedChoiceField(label=gettext_lazy("Category"), required=False, coerce=int, empty_value=None)
    since = forms.DateField(
        label=gettext_lazy("Issued from"), required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("to"), required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    policy = forms.IntegerField(
        label=gettext_lazy("Version of the policy"), required=False, min_value=1, max_value=2**31 - 1
    )
    outdated = forms.BooleanField(label=gettext_lazy("What today's policy would keep back"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # as Django's own
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        named = {
            "agency": Agency.objects.order_by("name").values_list("pk", "name"),
            "offence": Offence.objects.order_by("name").values_list("pk", "name"),
            "location": Location.objects.order_by("name").values_list("pk", "name"),
            "category": Category.objects.order_by("name").values_list("pk", "name"),
        }
        for name, rows in named.items():
            self.fields[name].choices = [("", _("Any")), *rows]  # type: ignore[attr-defined]

    def clean_tickets(self) -> tuple[str, ...] | None:
        """Numbers with blanks, commas or lines between them."""
        numbers = tuple(dict.fromkeys(self.cleaned_data["tickets"].replace(",", " ").replace(";", " ").split()))
        if len(numbers) > _MOST_TICKETS:
            raise forms.ValidationError(_("At most %(most)s tickets by number.") % {"most": _MOST_TICKETS})
        return numbers or None

    def selection(self) -> Selection:
        """What was chosen."""
        said = self.cleaned_data
        return Selection(
            tickets=said["tickets"],
            batch=said["batch"],
            agency_id=said["agency"],
            offence_id=said["offence"],
            location_id=said["location"],
            category_id=said["category"],
            issued_from=said["since"],
            issued_to=said["until"],
            policy_version=said["policy"],
            outdated=said.get("outdated", False),
        )


class Why(ActForm):
    """Why, and how many whoever decides has seen."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    expected = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """One of the two pages. `foresee` gives count and total; `do` says what was done."""

    # A template would call it, and read the words of what came of that.
    do_not_call_in_templates: ClassVar[bool] = True
    name: str
    title: Lazy
    what: Lazy
    button: Lazy
    help: Lazy
    outdated: bool
    foresee: Callable[[Visit, Selection], Any]
    do: Callable[[Visit, Selection, dict[str, Any]], str]

    def __call__(self, visit: Visit) -> HttpResponse:
        """Shows what would be done; sent, does it once."""
        request = visit.request
        sent = {**request.GET.dict(), **request.POST.dict()}
        asked = {name: sent[name] for name in Choice.base_fields if sent.get(name)}
        query = urlencode(asked)
        address = reverse(f"portal:{self.name}") + (f"?{query}" if query and len(query) <= _LONGEST_ADDRESS else "")
        if "look" in request.POST and len(query) <= _LONGEST_ADDRESS:
            return visit.go(address, "")
        choice = Choice(asked or None)
        if not self.outdated:
            del choice.fields["outdated"]
        chosen = choice.selection() if choice.is_valid() else Selection()
        form = Why(request.POST if request.method == "POST" and "look" not in request.POST else None)
        if chosen != Selection() and form.is_valid():
            said = visit.act(form, lambda: self.do(visit, chosen, form.cleaned_data))
            if not form.errors:
                return visit.go(address, said)
        found = None if chosen == Selection() else self.foresee(visit, chosen)
        if found is not None:
            # What is agreed to is what is shown now, also where it was refused because that has changed.
            form.agree_to(expected=found.count)
        form.fields["reason"].help_text = self.help
        context = {
            "title": self.title,
            "many": self,
            "choice": choice,
            "found": found,
            "form": form,
            "address": address,
            "carried": {} if "?" in address else asked,
        }
        return visit.show("portal/many.html", context, status=422 if form.is_bound else 200)


def _recall(visit: Visit, chosen: Selection, said: dict[str, Any]) -> str:
    done = recall(visit.client, chosen, reason=said["reason"], at=visit.at, by=visit.by, expected=said["expected"])
    return ngettext("%(count)s ticket is recalled.", "%(count)s tickets are recalled.", done.count) % {
        "count": done.count
    }


def _new_cycles(visit: Visit, chosen: Selection, said: dict[str, Any]) -> str:
    done = start_new_cycles(
        visit.client, chosen, reason=said["reason"], at=visit.at, by=visit.by, expected=said["expected"]
    )
    return ngettext("%(count)s ticket is in a new cycle.", "%(count)s tickets are in a new cycle.", done) % {
        "count": done
    }


recall_many = Page(
    Many(
        name="recall-many",
        title=gettext_lazy("Recall many"),
        what=gettext_lazy("Would be taken back from their agencies"),
        button=gettext_lazy("Recall them"),
        help=gettext_lazy("The agency reads it."),
        outdated=True,
        foresee=lambda visit, chosen: foresee_recall(visit.client, chosen, at=visit.at),
        do=_recall,
    ),
    Permission.BATCHES_RECALL,
    ("GET", "HEAD", "POST"),
)
new_cycles = Page(
    Many(
        name="new-cycles",
        title=gettext_lazy("New cycle for many"),
        what=gettext_lazy("Were recalled, and would be free to go out again"),
        button=gettext_lazy("Start their new cycle"),
        help=gettext_lazy("It stands in the history of each."),
        outdated=False,
        foresee=lambda visit, chosen: foresee_new_cycles(visit.client, chosen),
        do=_new_cycles,
    ),
    Permission.BATCHES_RECALL,
    ("GET", "HEAD", "POST"),
)
