"""Reports: on the screen, as files, and who gets them by mail."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from curbledger.errors import Invalid
from curbledger.permissions import Permission
from curbledger.portal.forms import ActForm
from curbledger.portal.page import page
from curbledger.reports.catalogue import REPORTS, find_report
from curbledger.reports.period import Period, period_of
from curbledger.reports.report import MIME, Form, Kind
from curbledger.reports.subscription import Every, subscribe, subscriptions_of, unsubscribe

if TYPE_CHECKING:
    from curbledger.portal.visit import Visit

_POST = ("GET", "HEAD", "POST")
# Rows on a page; the files have all.
MOST_SHOWN = 500


class Days(forms.Form):
    """From which day to which."""

    since = forms.DateField(
        required=False, label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        required=False, label=gettext_lazy("to"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class Wish(ActForm):
    """How often, and as what."""

    every = forms.ChoiceField(label=gettext_lazy("How often"), choices=Every.choices)
    form = forms.ChoiceField(label=gettext_lazy("As"), choices=[(form.value, form.value.upper()) for form in Form])


class End(ActForm):
    """Which subscription ends."""

    subscription = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)


@page(Permission.REPORTS_READ, methods=_POST)
def reports(visit: Visit) -> HttpResponse:
    """Which there are, and which of them one gets by mail. Sent, it ends one of those."""
    form = End(visit.request.POST if visit.request.method == "POST" else None)
    if form.is_valid():
        said = visit.act(form, lambda: _end(visit, form.cleaned_data["subscription"]))
        if not form.errors:
            return visit.go(reverse("portal:reports"), said)
    context = {
        "title": _("Reports"),
        "reports": REPORTS.values(),
        "form": form,
        "subscriptions": [(one, REPORTS[one.report].title) for one in subscriptions_of(visit.by)],
    }
    return visit.show("portal/reports.html", context, status=422 if form.is_bound else 200)


@page(Permission.REPORTS_READ, methods=_POST)
def one_report(visit: Visit, report: str) -> HttpResponse:
    """One report, for the days that the address says. Sent, it is had by mail from now on."""
    found = find_report(report)
    wish = Wish(visit.request.POST if visit.request.method == "POST" else None)
    if wish.is_valid():
        said = visit.act(wish, lambda: _subscribe(visit, found.name, wish.cleaned_data))
        if not wish.errors:
            return visit.go(visit.request.get_full_path(), said)
    days, period = _days(visit)
    rows = [] if period is None else found.read(visit.client, period, visit.at)
    numbers = [column.kind is not Kind.TEXT for column in found.columns]
    context: dict[str, Any] = {
        "title": found.title,
        "report": found,
        "days": days,
        "period": period,
        "form": wish,
        "columns": list(zip(found.columns, numbers, strict=True)),
        "rows": [list(zip(row, found.columns, strict=True)) for row in rows[:MOST_SHOWN]],
        "sums": list(zip(found.sums(rows), found.columns, strict=True)) if rows and any(numbers) else None,
        "cut": len(rows) - MOST_SHOWN if len(rows) > MOST_SHOWN else 0,
        "shown": MOST_SHOWN,
        "asked": urlencode({"since": period.since, "until": period.until}) if period and found.by_period else "",
        "forms": [(form.value, form.value.upper()) for form in Form],
    }
    wrong = wish.is_bound or period is None
    return visit.show("portal/report.html", context, status=422 if wrong else 200)


@page(Permission.REPORTS_READ)
def report_file(visit: Visit, report: str) -> HttpResponse:
    """A report as a file: `format`, `since` and `until` stand in the address."""
    found = find_report(report)
    try:
        form = Form(visit.request.GET.get("format", Form.CSV))
    except ValueError:
        raise Invalid(_("A report is a file of kind csv or xlsx."), field="format") from None
    days, period = _days(visit)
    if period is None:
        raise Invalid(" ".join(str(error) for errors in days.errors.values() for error in errors), field="since")
    out = io.BytesIO()
    found.write(found.read(visit.client, period, visit.at), form, out, for_a_desk=True)
    name = found.file_name(visit.client, period, visit.at, form)
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(out.getvalue(), content_type=MIME[form], headers={"Content-Disposition": disposition})


def _days(visit: Visit) -> tuple[Days, Period | None]:
    """The days that the address says, as a form; no period where they are none, and the form says why."""
    asked = Days(visit.request.GET, label_suffix="")
    if not asked.is_valid():
        return asked, None
    try:
        period = period_of(**asked.cleaned_data, zone=visit.client.zone, at=visit.at)
    except Invalid as error:
        asked.add_error(error.field, error.message)
        return asked, None
    # Shown as they are meant, also where the address said nothing.
    return Days({"since": period.since.isoformat(), "until": period.until.isoformat()}, label_suffix=""), period


def _subscribe(visit: Visit, report: str, wish: dict[str, Any]) -> str:
    subscribe(
        visit.client,
        email=visit.by,
        report=report,
        every=Every(wish["every"]),
        form=Form(wish["form"]),
        language=(get_language() or "en")[:2],
        at=visit.at,
    )
    return _("It comes to %(email)s from now on.") % {"email": visit.by}


def _end(visit: Visit, subscription_id: int) -> str:
    unsubscribe(subscription_id, email=visit.by, at=visit.at)
    return _("It is mailed no more.")
