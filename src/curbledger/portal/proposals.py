"""A handoff that waits for its second person: what was proposed, what has changed since, and the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _

from curbledger.permissions import Permission
from curbledger.placements.by_staff import Seen
from curbledger.placements.proposal import Changes, Heap, ProposalState, approve, changes_since, drop, find_proposal
from curbledger.portal.batch_words import WAY_NAMES
from curbledger.portal.handing import Overridable, say_handed
from curbledger.portal.page import page
from curbledger.violations.violation import Violation

if TYPE_CHECKING:
    from django.http import HttpResponse

    from curbledger.placements.proposal import Proposal
    from curbledger.portal.visit import Visit


class Decision(Overridable):
    """Approved or dropped, and what whoever decides has seen."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("drop", "")], widget=forms.HiddenInput)
    count = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    total = forms.DecimalField(max_digits=16, decimal_places=2, widget=forms.HiddenInput)


@page(Permission.BATCHES_HAND_OVER, methods=("GET", "HEAD", "POST"))
def one_proposal(visit: Visit, proposal_id: int) -> HttpResponse:
    """What was proposed and what has changed; sent, approves or drops it."""
    shown = find_proposal(proposal_id)
    form = Decision(visit.request.POST if visit.request.method == "POST" else None)
    went: list[str] = []

    def do() -> str:
        said = form.cleaned_data
        if said["decision"] == "drop":
            drop(shown.pk, at=visit.at, by=visit.by)
            return _("The proposal is dropped.")
        done = approve(
            visit.client,
            shown.pk,
            seen=Seen(said["count"], said["total"]),
            at=visit.at,
            by=visit.by,
            override=said.get("override", ""),
        )
        went.append(reverse("portal:batch", args=[done.batch_uuid]))
        return say_handed(visit, done)

    if form.is_valid():
        said = visit.act(form, do)
        if not form.errors:
            return visit.go(went[0] if went else reverse("portal:workbench"), said)
        shown = find_proposal(proposal_id)
    context: dict[str, Any] = {
        "title": _("Proposal for %(agency)s") % {"agency": shown.agency.name},
        "proposal": shown,
        "way": WAY_NAMES[shown.way],
        "open": shown.state == ProposalState.OPEN,
        "own": shown.proposed_by.casefold() == visit.by.casefold(),
        "form": form,
    }
    if shown.state == ProposalState.OPEN:
        context |= _since(visit, shown, form)
    return visit.show("portal/proposal.html", context, status=422 if form.is_bound else 200)


def _since(visit: Visit, shown: Proposal, form: Decision) -> dict[str, Any]:
    changes = changes_since(visit.client, shown, at=visit.at)
    # What is approved is what is shown, also where it was refused because that has changed.
    form.agree_to(count=changes.now.count, total=changes.now.total)
    return {"changes": changes, "heaps": _named(changes)}


def _named(changes: Changes) -> list[tuple[str, Heap, list[Violation]]]:
    """Each kind of change with the first of its tickets."""
    kinds = (
        (_("Came since"), changes.added),
        (_("Would not go any more"), changes.left),
        (_("Owe another amount"), changes.changed),
    )
    return [(name, heap, list(Violation.objects.filter(pk__in=heap.named).order_by("pk"))) for name, heap in kinds]
