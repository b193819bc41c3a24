"""What belongs to an entry of a list: the late fees of an offence, the zones that a lot is, by weekday and hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curbledger.errors import NotFound
from curbledger.kit import clock, money
from curbledger.permissions import Permission
from curbledger.permits.lot import Lot, LotZone, put_zone_in_lot, take_zone_out_of_lot
from curbledger.permits.zone import Zone
from curbledger.portal.act_forms import amount_field
from curbledger.portal.forms import ActForm
from curbledger.portal.page import page
from curbledger.registry.entry import offered
from curbledger.violations.late_fee_rule import (
    MOST_DAYS,
    MOST_PERCENT,
    LateFeeRule,
    add_late_fee_rule,
    end_late_fee_rule,
)
from curbledger.violations.lists import Offence

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from django.http import HttpResponse

    from curbledger.portal.visit import Visit

_POST = ("GET", "HEAD", "POST")
# Rows that one page shows.
_MOST = 200
_DAY = {"type": "date"}
_HOUR = {"type": "time"}


class EndForm(ActForm):
    """Which row ends."""

    row = forms.IntegerField(widget=forms.HiddenInput)


class FeeForm(ActForm):
    """A late fee, for tickets from one day on."""

    days = forms.IntegerField(label=gettext_lazy("Days after the due day"), min_value=1, max_value=MOST_DAYS)
    amount = amount_field(gettext_lazy("Amount"), min_value=money.CENT, required=False)
    percent = forms.DecimalField(
        label=gettext_lazy("Or percent of the fine"),
        required=False,
        max_digits=5,
        decimal_places=2,
        min_value=money.CENT,
        max_value=MOST_PERCENT,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    every = forms.IntegerField(
        label=gettext_lazy("Again after so many days"),
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        help_text=gettext_lazy("Left empty: once."),
    )
    cap = amount_field(
        gettext_lazy("At most, on one ticket"),
        min_value=money.CENT,
        required=False,
        help_text=gettext_lazy("One that comes again needs it."),
    )
    issued_from = forms.DateField(
        label=gettext_lazy("For tickets issued from"),
        required=False,
        widget=forms.DateInput(attrs=_DAY),
        help_text=gettext_lazy(
            "Left empty: from now on. A ticket keeps the fees that were in force when it was issued."
        ),
    )


@page(Permission.LISTS_WRITE, methods=_POST)
def fees(visit: Visit, offence_id: int) -> HttpResponse:
    """The late fees of an offence: those in force and those of older tickets; one more; an end to one."""
    offence = Offence.objects.filter(pk=offence_id).first()
    if offence is None:
        raise NotFound(_("There is no such offence."))

    def add(typed: dict[str, Any]) -> str:
        add_late_fee_rule(
            offence,
            days_after_due=typed["days"],
            amount=typed["amount"],
            percent=typed["percent"],
            every_days=typed["every"],
            cap=typed["cap"],
            issued_from=_begins(visit, typed["issued_from"]),
            at=visit.at,
            by=visit.by,
        )
        return _("The late fee is in force.")

    def end(rule_id: int) -> str:
        if not LateFeeRule.objects.filter(pk=rule_id, offence_id=offence.pk).exists():
            raise NotFound(_("There is no such late fee."))
        end_late_fee_rule(rule_id, at=visit.at)
        return _("The late fee ended for tickets from now on. Older ones keep it.")

    rules = LateFeeRule.objects.filter(offence_id=offence.pk).order_by("issued_before", "-issued_from", "-pk")
    # Nulls come last in PostgreSQL: those in force are shown first.
    rows = sorted(rules[:_MOST], key=lambda rule: rule.issued_before is not None)
    context = {
        "title": _("Late fees: {name}").format(name=offence.name),
        "back": reverse("portal:set-up-entry", args=["offences", offence.pk]),
        "back_title": offence.name,
        "columns": [_("Fee"), _("For tickets issued")],
        "rows": [(rule.pk, [_fee(visit, rule), _when(visit, rule)], rule.issued_before is None) for rule in rows],
        "add_title": _("One more late fee"),
        "end_title": _("End it"),
        "note": _("Late fees wait for the notice that your policy asks for."),
    }
    return _parts(visit, FeeForm, add, end, context)


def _begins(visit: Visit, day: date | None) -> Any:  # noqa: ANN401  # a moment or none
    return None if day is None else clock.day_start(day, visit.client.zone)


def _fee(visit: Visit, rule: LateFeeRule) -> str:
    currency = visit.client.currency
    much = (
        f"{rule.percent.normalize():f} %"
        if rule.percent is not None
        else money.show(rule.amount or money.ZERO, currency)
    )
    said = [_("{much}, {days} days after due").format(much=much, days=rule.days_after_due)]
    if rule.every_days:
        said.append(_("again every {days} days").format(days=rule.every_days))
    if rule.cap is not None:
        said.append(_("at most {cap}").format(cap=money.show(rule.cap, currency)))
    return ", ".join(said)


def _when(visit: Visit, rule: LateFeeRule) -> str:
    first = clock.local_day(rule.issued_from, visit.client.zone)
    if rule.issued_before is None:
        return _("from {day}").format(day=first)
    return _("from {first} until {last}").format(
        first=first, last=clock.local_day(rule.issued_before, visit.client.zone)
    )


class ZoneForm(ActForm):
    """Which zone, on which days, in which hours."""

    zone = forms.TypedChoiceField(label=gettext_lazy("Zone"), coerce=int)
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekdays"),
        coerce=int,
        choices=list(WEEKDAYS.items()),
        initial=list(WEEKDAYS),
        widget=forms.CheckboxSelectMultiple,
    )
    opens = forms.TimeField(
        label=gettext_lazy("From"), initial="00:00", widget=forms.TimeInput(attrs=_HOUR, format="%H:%M")
    )
    closes = forms.TimeField(
        label=gettext_lazy("Until"),
        initial="00:00",
        widget=forms.TimeInput(attrs=_HOUR, format="%H:%M"),
        help_text=gettext_lazy("At or before the first hour: into the next day. Midnight to midnight: the whole day."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = list(offered(Zone).values_list("pk", "name"))  # type: ignore[attr-defined]


@page(Permission.LISTS_WRITE, methods=_POST)
def lot_zones(visit: Visit, lot_id: int) -> HttpResponse:
    """Which zones a lot is, when; one more; an end to one."""
    lot = Lot.objects.filter(pk=lot_id).first()
    if lot is None:
        raise NotFound(_("There is no such lot."))

    def add(typed: dict[str, Any]) -> str:
        zone = Zone.objects.get(pk=typed["zone"])
        put_zone_in_lot(lot, zone, weekdays=typed["weekdays"], opens=typed["opens"], closes=typed["closes"])
        return _("The lot is {zone} then.").format(zone=zone.name)

    def end(row: int) -> str:
        take_zone_out_of_lot(row, lot_id=lot.pk)
        return _("The zone was taken out of the lot.")

    rows = LotZone.objects.filter(lot_id=lot.pk).select_related("zone").order_by("zone__name", "opens", "pk")
    context = {
        "title": _("Zones of {name}").format(name=lot.name),
        "back": reverse("portal:set-up-entry", args=["lots", lot.pk]),
        "back_title": lot.name,
        "columns": [_("Zone"), _("Weekdays"), _("Hours")],
        "rows": [(row.pk, [row.zone.name, _days(row.weekdays), _hours(row)], True) for row in rows[:_MOST]],
        "add_title": _("One more zone"),
        "end_title": _("Take it out"),
        "note": _("A permit of any of these zones is valid in the lot at these hours."),
    }
    return _parts(visit, ZoneForm, add, end, context)


def _days(bits: int) -> str:
    days = [str(name) for number, name in WEEKDAYS.items() if bits >> number & 1]
    return _("every day") if len(days) == len(WEEKDAYS) else ", ".join(days)


def _hours(row: LotZone) -> str:
    if row.opens == row.closes:
        whole = row.opens == row.opens.min
        return _("the whole day") if whole else _("from {hour}, for a day").format(hour=f"{row.opens:%H:%M}")
    return f"{row.opens:%H:%M}-{row.closes:%H:%M}"


def _parts(
    visit: Visit,
    form_class: type[ActForm],
    add: Callable[[dict[str, Any]], str],
    end: Callable[[int], str],
    context: dict[str, Any],
) -> HttpResponse:
    """The page of some parts: each with a button that ends it, and below them the form for one more."""
    data = visit.request.POST if visit.request.method == "POST" else None
    ends = data is not None and data.get("action") == "end"
    adding, ending = form_class(None if ends else data), EndForm(data if ends else None)
    form: ActForm = ending if ends else adding
    if form.is_valid():
        typed = form.cleaned_data
        said = visit.act(form, lambda: end(typed["row"]) if ends else add(typed))
        if not form.errors:
            return visit.go(visit.request.path, said)
    refused = [error for errors in ending.errors.values() for error in errors]
    shown = {"form": adding, "ending": EndForm(), "refused": refused, **context}
    return visit.show("portal/set_up/parts.html", shown, status=422 if data is not None else 200)
