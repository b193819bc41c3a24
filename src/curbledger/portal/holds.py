"""Hold several tickets back at once: picked in the list, one kind and one reason for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curbledger.permissions import Permission
from curbledger.portal.act_forms import HoldForm
from curbledger.portal.page import page
from curbledger.portal.way_back import list_url, looked_for
from curbledger.violations.hold import hold_violations
from curbledger.violations.violation import Violation

if TYPE_CHECKING:
    from django.http import HttpResponse

    from curbledger.portal.visit import Visit

# As many as a page of the list shows, and room for what somebody adds to the address.
_MOST = 500
_ENDLESS = 19


@page(Permission.HOLDS_WRITE, methods=("GET", "HEAD", "POST"))
def hold_many(visit: Visit) -> HttpResponse:
    """The tickets of the address; sent, holds all of them back, or none."""
    picked = [
        int(one) for one in visit.request.GET.getlist("ticket")[:_MOST] if one.isdecimal() and len(one) < _ENDLESS
    ]
    tickets = list(Violation.objects.filter(pk__in=picked).order_by("pk"))
    form = HoldForm(visit.request.POST if visit.request.method == "POST" else None)
    if tickets and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("kind", "until", "reason")}

        def do() -> str:
            done = hold_violations(visit.client, [one.pk for one in tickets], **said, at=visit.at, by=visit.by)
            return ngettext("%(count)s ticket is held back.", "%(count)s tickets are held back.", done) % {
                "count": done
            }

        done = visit.act(form, do)
        if not form.errors:
            # Back where they were picked, to go on there.
            came_from = looked_for(visit.request)
            held = f"{reverse('portal:violations')}?state=held"
            return visit.go(list_url(came_from) if came_from else held, done)
    context = {
        "title": _("Hold back"),
        "back": list_url(looked_for(visit.request)),
        "back_name": _("Violations"),
        "form": form,
        "tickets": tickets,
        "button": _("Hold them back"),
    }
    return visit.show("portal/hold_many.html", context, status=422 if form.is_bound else 200)
