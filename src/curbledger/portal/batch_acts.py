"""What can be done to a batch: say whether its file arrived, and let it go out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curbledger.permissions import Permission
from curbledger.placements.again import deliver_again
from curbledger.placements.by_staff import settle_file
from curbledger.placements.manifest import find_batch
from curbledger.portal.forms import ActForm
from curbledger.portal.page import page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from curbledger.portal.visit import Visit


class Word(ActForm):
    """Whether the file arrived."""

    word = forms.ChoiceField(choices=[("arrived", ""), ("lost", "")], widget=forms.HiddenInput)


@page(Permission.BATCHES_HAND_OVER, methods=("POST",))
def word(visit: Visit, batch_id: UUID, revision: int) -> HttpResponse:
    """Keeps what somebody says of the file of a revision, and goes back to the batch."""
    line = find_batch(batch_id)
    form = Word(visit.request.POST)
    back = reverse("portal:batch", args=[line.uuid])

    def do() -> str:
        arrived = form.cleaned_data["word"] == "arrived"
        settle_file(line.uuid, revision, arrived=arrived, at=visit.at, by=visit.by)
        if arrived:
            return _("The batch is delivered.")
        return _("The batch waits: the agency's next call or the next handoff brings it anew.")

    said = visit.act(form, do) if form.is_valid() else ""
    for errors in form.errors.values():
        messages.error(visit.request, " ".join(map(str, errors)))
    return visit.go(back, said)


class Again(ActForm):
    """Why it goes out again."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))


@page(Permission.BATCHES_HAND_OVER, methods=("GET", "HEAD", "POST"))
def again(visit: Visit, batch_id: UUID) -> HttpResponse:
    """Lets a batch that arrived, and was lost, go out again with the agency's next call."""
    line = find_batch(batch_id)
    form = Again(visit.request.POST if visit.request.method == "POST" else None)
    back = reverse("portal:batch", args=[line.uuid])

    def do() -> str:
        deliver_again(line.uuid, reason=form.cleaned_data["reason"], at=visit.at, by=visit.by)
        return _("The agency's next call brings this batch as its next revision.")

    if form.is_valid():
        said = visit.act(form, do)
        if not form.errors:
            return visit.go(back, said)
    context = {
        "title": _("Deliver again"),
        "lines": [
            _("For a batch that arrived, and that its receiver lost."),
            _(
                "The agency's next call brings it as its next revision, without what was paid, held or recalled "
                "meanwhile. The agency replaces what it has of it."
            ),
        ],
        "back": back,
        "back_name": _("Batch %(id)s") % {"id": str(line.uuid)[:8]},
        "button": _("Deliver again"),
        "form": form,
    }
    return visit.show("portal/one_form.html", context, status=422 if form.is_bound else 200)
