"""The workbench: what would go to collections now, what stays behind and why, and what waits for somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from curbledger.clients.policy import current_policy
from curbledger.permissions import Permission
from curbledger.placements.agency import Agency
from curbledger.placements.batch import Batch, BatchState
from curbledger.placements.cycle import resting
from curbledger.placements.guards import open_refusals
from curbledger.placements.preview import Preview, preview
from curbledger.placements.proposal import Proposal, ProposalState
from curbledger.portal.page import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from curbledger.portal.visit import Visit


@page(Permission.BATCHES_HAND_OVER)
def workbench(visit: Visit) -> HttpResponse:
    """What waits at once; the figures, which take a look at every open debt, come after it."""
    agencies = list(Agency.objects.order_by("name"))
    context: dict[str, Any] = {
        "title": _("Workbench"),
        "agencies": agencies,
        "policy": current_policy(),
        "refusals": open_refusals(at=visit.at),
        "proposals": Proposal.objects.filter(state=ProposalState.OPEN).select_related("agency").order_by("pk"),
        "files": Batch.objects.filter(state=BatchState.AWAITING).select_related("agency").order_by("pk")[:20],
    }
    if visit.wants_part or "count" in visit.request.GET:
        context |= _figures(preview(visit.client, at=visit.at, by_staff=True), agencies)
    return visit.show("portal/_figures.html" if visit.wants_part else "portal/workbench.html", context)


def _figures(found: Preview, agencies: list[Agency]) -> dict[str, Any]:
    known = {one.name: one.pk for one in agencies}
    return {
        "found": found,
        "resting": resting(),
        "by_agency": [(name, known.get(name or ""), heap) for name, heap in found.agencies.items()],
        "reasons": sorted(found.reasons.items(), key=lambda item: (-item[1].count, item[0])),
    }
