"""Today: what is owed, what goes to agencies when, what they brought, and what is stuck."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from curbledger.clients.policy import current_policy
from curbledger.kit import money
from curbledger.permissions import Permission
from curbledger.placements.alarm_words import what_is_wrong, what_to_do
from curbledger.placements.proposal import Proposal, ProposalState
from curbledger.portal import batches
from curbledger.portal.page import page
from curbledger.portal.templatetags.portal import plain_amount, plain_count
from curbledger.reports.catalogue import AGE_NAMES
from curbledger.reports.today import figures_today

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from django.http import HttpResponse

    from curbledger.placements.alarms import Alarm
    from curbledger.placements.forecast import Foreseen
    from curbledger.portal.visit import Visit
    from curbledger.reports.receivables import Holding
    from curbledger.reports.today import Month


@page(Permission.VIOLATIONS_READ)
def today(visit: Visit) -> HttpResponse:
    """Where everybody begins."""
    figures = figures_today(visit.client, at=visit.at)
    context: dict[str, Any] = {"title": _("Today"), "figures": figures, "second_person": current_policy().second_person}
    if figures is not None:
        context |= {
            "waiting": list(
                Proposal.objects.filter(state=ProposalState.OPEN).select_related("agency").order_by("pk")
                if visit.may(Permission.BATCHES_HAND_OVER)
                else ()
            ),
            "age_names": AGE_NAMES,
            "owed": sum((one.total for one in figures.owing), money.ZERO),
            "charts": {
                "owing": _owing(figures.owing),
                "goes": _goes(figures.goes),
                "recovered": _recovered(figures.months),
            },
            "alarms": [(what_is_wrong(one), what_to_do(one), _where(visit, one)) for one in figures.alarms],
            "sums": _sums(figures.months),
        }
    return visit.show("portal/today.html", context)


def _chart(title: str, labels: Sequence[str], series: dict[str, list[Decimal]], shown: list[str]) -> dict[str, Any]:
    """What charts.js draws: a bar for each label, made up of a piece for each series, with a figure at its end."""
    return {
        "title": title,
        "labels": list(labels),
        "series": [{"name": name, "values": [float(value) for value in values]} for name, values in series.items()],
        "shown": shown,
        # For whoever hears it.
        "spoken": "; ".join(f"{label}: {figure}" for label, figure in zip(labels, shown, strict=True)),
    }


def _owing(owing: Sequence[Holding]) -> dict[str, Any]:
    office, *agencies = owing
    theirs = [sum(amounts, money.ZERO) for amounts in zip(*(one.totals for one in agencies), strict=True)]
    series = {_("The office"): office.totals}
    if any(theirs):
        series[_("Agencies")] = theirs
    shown = [plain_amount(sum(amounts, money.ZERO)) for amounts in zip(*series.values(), strict=True)]
    return _chart(_("Owed, by days past due"), [str(name) for name in AGE_NAMES], series, shown)


def _goes(goes: Sequence[Foreseen]) -> dict[str, Any]:
    # How a language writes a short day, in the letters of Django's date formats.
    form = pgettext("date format", "D j M")
    labels = [_("now"), *(date_format(one.day, form) for one in goes[1:])]
    shown = [f"{plain_amount(one.total)} ({plain_count(one.count)})" if one.count else "0" for one in goes]
    return _chart(_("What can be handed over"), labels, {_("Amount"): [one.total for one in goes]}, shown)


def _recovered(months: Sequence[Month]) -> dict[str, Any]:
    amounts = [one.paid_total for one in months]
    shown = [plain_amount(amount) for amount in amounts]
    return _chart(_("Recovered by agencies, by month"), [one.month for one in months], {_("Amount"): amounts}, shown)


def _sums(months: Sequence[Month]) -> dict[str, Any]:
    return {
        "placed": sum(one.placed for one in months),
        "placed_total": sum((one.placed_total for one in months), money.ZERO),
        "paid_total": sum((one.paid_total for one in months), money.ZERO),
        "recalled": sum(one.recalled for one in months),
        "recalled_total": sum((one.recalled_total for one in months), money.ZERO),
    }


def _where(visit: Visit, alarm: Alarm) -> str:
    """The page that shows more of it, where this visitor may open one."""
    if alarm.ticket:
        return f"{reverse('portal:violations')}?{urlencode({'q': alarm.ticket})}"
    if alarm.kind in {"undelivered", "no_call"} and visit.may(batches.all_batches.permission):
        return reverse("portal:batches")
    if alarm.kind == "payments_stale" and visit.may(Permission.REPORTS_READ):
        return reverse("portal:report", args=["payments"])
    return ""
