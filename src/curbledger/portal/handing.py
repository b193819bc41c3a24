"""Hand over to one agency now, or propose it where the policy asks for a second person; let a stopped call through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curbledger.errors import NotFound
from curbledger.kit import money
from curbledger.permissions import Permission
from curbledger.placements.agency import Agency
from curbledger.placements.by_staff import Way, hand_over_by_staff
from curbledger.placements.foresee import sum_going, would_take_up
from curbledger.placements.guards import Guard, Refused, allow_next_call
from curbledger.placements.kept_words import in_words
from curbledger.placements.proposal import Proposal, ProposalState, propose
from curbledger.portal.batch_words import WAY_NAMES
from curbledger.portal.forms import ActForm
from curbledger.portal.page import page
from curbledger.violations.overdue import rule_for

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpResponse

    from curbledger.placements.sending import Handoff
    from curbledger.portal.visit import Visit

_POST = ("GET", "HEAD", "POST")


class Overridable(ActForm):
    """An act that a guard can stop: only then it asks why it is done all the same."""

    override = forms.CharField(
        label=gettext_lazy("Hand over all the same, because"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("Kept with the batch, with your name. Needed only where a guard stops it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # as Django's own
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            del self.fields["override"]


class HandOver(Overridable):
    """How it gets to the agency."""

    way = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[(way.value, WAY_NAMES[way]) for way in Way],
        widget=forms.RadioSelect,
        initial=Way.CALL.value,
    )
    field_order = ("form_key", "way", "override")


@page(Permission.BATCHES_HAND_OVER, methods=_POST)
def hand_over(visit: Visit, agency_id: int) -> HttpResponse:
    """Shows what would go to an agency now; sent, hands it over or proposes it."""
    agency = _find_agency(agency_id)
    rule = rule_for(visit.client, at=visit.at)
    alone = not rule.policy.second_person
    form = HandOver(visit.request.POST if visit.request.method == "POST" else None)
    went: list[str] = []

    def do() -> str:
        way = Way(form.cleaned_data["way"])
        if not alone:
            made = propose(visit.client, agency.pk, way=way, at=visit.at, by=visit.by)
            went.append(reverse("portal:proposal", args=[made.pk]))
            return _("It is proposed. Another person has to approve it.")
        done = hand_over_by_staff(
            visit.client, agency.pk, way=way, at=visit.at, by=visit.by, override=form.cleaned_data.get("override", "")
        )
        went.append(reverse("portal:batch", args=[done.batch_uuid]))
        return say_handed(visit, done)

    if form.is_valid():
        said = visit.act(form, do)
        if not form.errors:
            return visit.go(went[0] if went else reverse("portal:batches"), said)
    count, total = sum_going(rule, agency)
    earlier = would_take_up(agency)
    context = {
        "title": _("Hand over to %(agency)s") % {"agency": agency.name},
        "agency": agency,
        "alone": alone,
        "count": count,
        "total": total,
        "reopens": None if earlier is None else earlier.batch,
        "proposal": Proposal.objects.filter(agency_id=agency.pk, state=ProposalState.OPEN).first(),
        "collecting": visit.client.collecting,
        "form": form,
    }
    return visit.show("portal/hand_over.html", context, status=422 if form.is_bound else 200)


def say_handed(visit: Visit, done: Handoff) -> str:
    """What was handed over, in words."""
    return _("%(count)s tickets, %(total)s, are handed over.") % {
        "count": done.count,
        "total": money.show(done.total, visit.client.currency),
    }


class Allow(ActForm):
    """Why the next call goes through."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=400,
        help_text=gettext_lazy("Kept with the batch, with your name."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@page(Permission.BATCHES_HAND_OVER, methods=_POST)
def allow(visit: Visit, agency_id: int, guard: str) -> HttpResponse:
    """Lets an agency's next call through though a guard refused one."""
    agency = _find_agency(agency_id)
    if guard not in Guard.values:
        raise NotFound(_("There is no such guard."))
    refused = Refused.objects.filter(agency_id=agency.pk, guard=guard).first()
    form = Allow(visit.request.POST if visit.request.method == "POST" else None)
    back = reverse("portal:workbench")

    def do() -> str:
        allow_next_call(agency, Guard(guard), reason=form.cleaned_data["reason"], at=visit.at, by=visit.by)
        return _("The next call of %(agency)s goes through.") % {"agency": agency.name}

    if form.is_valid():
        said = visit.act(form, do)
        if not form.errors:
            return visit.go(back, said)
    context = {
        "title": _("Let the next call through"),
        "lines": [agency.name, *([in_words(refused.found)] if refused is not None else [])],
        "back": back,
        "back_name": _("Workbench"),
        "button": _("Let it through"),
        "form": form,
    }
    return visit.show("portal/one_form.html", context, status=422 if form.is_bound else 200)


def _find_agency(agency_id: int) -> Agency:
    found = Agency.objects.filter(pk=agency_id).first()
    if found is None:
        raise NotFound(_("There is no such agency."))
    return found
