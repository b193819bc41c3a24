"""Settings that are one row of a client: each is a page with a form, and one verb behind it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from curbledger.kit import clock
from curbledger.notices.letterhead import letterhead_of, save_letterhead
from curbledger.permissions import Permission
from curbledger.permits.lot_tax import NONE, LotTax, set_lot_tax
from curbledger.placements.office import change_client, what_is_fixed
from curbledger.placements.retention import MOST_DAYS, change_retention, retention_days
from curbledger.portal.forms import ActForm
from curbledger.portal.page import Page
from curbledger.violations.numbering import DUE_DAYS, PATTERN, IssueRule, set_issuing, write_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse
    from django.utils.functional import _StrPromise as Lazy

    from curbledger.portal.visit import Visit

_MOST_DUE_DAYS = 3650


class IssuingForm(ActForm):
    """How tickets are numbered, and when they are due."""

    pattern = forms.CharField(
        label=_("Pattern of numbers"),
        max_length=40,
        help_text=_("Such as {year}-{number:6}. The next number follows the last one; none is given twice."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    due_days = forms.IntegerField(label=_("Days until a ticket is due"), min_value=0, max_value=_MOST_DUE_DAYS)


class RetentionForm(ActForm):
    """How long the bytes of a handoff are kept."""

    days = forms.IntegerField(
        label=_("Days after delivery"),
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        help_text=_("Left empty: for ever. Erased bytes do not come back; count, total, digest and evidence stay."),
    )


class LetterheadForm(ActForm):
    """Who writes."""

    address = forms.CharField(
        label=_("Address"), required=False, help_text=_("Up to six lines."), widget=forms.Textarea(attrs={"rows": 5})
    )
    phone = forms.CharField(label=_("Phone"), required=False, max_length=50)
    website = forms.CharField(label=_("Website"), required=False, max_length=200)
    email = forms.CharField(
        label=_("E-mail address"), required=False, max_length=200, help_text=_("Whom people answer.")
    )


class OfficeForm(ActForm):
    """What the client is called, and what it counts by."""

    name = forms.CharField(label=_("Name"), max_length=200)
    timezone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        help_text=_("Where days begin and end, such as America/Toronto."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    currency = forms.CharField(label=_("Currency"), max_length=3, help_text=_("Its three letters, such as CAD or USD."))


def _rate(label: Lazy) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        max_digits=6,
        decimal_places=3,
        min_value=0,
        max_value=100,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class LotTaxForm(ActForm):
    """Two rates in percent."""

    rate1 = _rate(_("First tax, in percent"))
    rate2 = _rate(_("Second tax, in percent"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One of them. `there` reads what it says now, `save` calls the verb and says what was done."""

    name: str
    title: Lazy
    icon: str
    note: Lazy
    permission: Permission
    form: type[ActForm]
    there: Callable[[Visit], dict[str, Any]]
    save: Callable[[Visit, dict[str, Any]], str]
    # By field, why it stays as it is.
    fixed: Callable[[], dict[str, str]] = dict

    def __call__(self, visit: Visit) -> HttpResponse:
        """The page: shows the form; sent, saves what it says."""
        form = self.form(visit.request.POST if visit.request.method == "POST" else None, initial=self.there(visit))
        for name, why in self.fixed().items():
            # What is sent for it does not count then.
            form.fields[name].disabled, form.fields[name].help_text = True, why
        if form.is_valid():
            typed = {name: value for name, value in form.cleaned_data.items() if name != "form_key"}
            said = visit.act(form, lambda: self.save(visit, typed))
            if not form.errors:
                return visit.go(visit.request.path, said)
        context = {
            "title": self.title,
            "form": form,
            "note": self.note,
            "back": reverse("portal:set-up"),
            "submit": gettext("Save"),
        }
        return visit.show("portal/set_up/one_form.html", context, status=422 if form.is_bound else 200)


def _issuing(_visit: Visit) -> dict[str, Any]:
    rule = IssueRule.objects.first()
    return {"pattern": rule.pattern if rule else PATTERN, "due_days": rule.due_days if rule else DUE_DAYS}


def _save_issuing(visit: Visit, typed: dict[str, Any]) -> str:
    rule = set_issuing(visit.client, **typed)
    year = clock.local_day(visit.at, visit.client.zone).year
    return gettext("The next ticket is {number}.").format(number=write_number(rule.pattern, rule.last + 1, year))


def _save_retention(visit: Visit, typed: dict[str, Any]) -> str:
    change_retention(visit.client.pk, days=typed["days"], at=visit.at, by=visit.by)
    if typed["days"] is None:
        return gettext("The bytes of handoffs are kept for ever.")
    return gettext("The bytes of handoffs are erased {days} days after delivery.").format(days=typed["days"])


def _letterhead(visit: Visit) -> dict[str, Any]:
    kept = letterhead_of(visit.client)
    return {name: getattr(kept, name) for name in ("address", "phone", "website", "email")}


def _save_letterhead(visit: Visit, typed: dict[str, Any]) -> str:
    save_letterhead(visit.client, **typed)
    return gettext("The letterhead was saved.")


def _lot_tax(_visit: Visit) -> dict[str, Any]:
    tax = LotTax.objects.first()
    return {"rate1": tax.rate1 if tax else NONE, "rate2": tax.rate2 if tax else NONE}


def _save_lot_tax(visit: Visit, typed: dict[str, Any]) -> str:
    set_lot_tax(visit.client.pk, typed["rate1"], typed["rate2"])
    return gettext("The taxes were saved.")


def _fixed() -> dict[str, str]:
    return {name: why for name, why in asdict(what_is_fixed()).items() if why}


def _office(visit: Visit) -> dict[str, Any]:
    return {name: getattr(visit.client, name) for name in ("name", "timezone", "currency")}


def _save_office(visit: Visit, typed: dict[str, Any]) -> str:
    changed = change_client(visit.client, **typed)
    return gettext("{name} was saved.").format(name=changed.name)


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting(
            name="office",
            title=_("The office"),
            icon="apartment",
            note=_("What it is called, where its days begin and end, and what its amounts are in."),
            permission=Permission.CLIENT_WRITE,
            form=OfficeForm,
            there=_office,
            save=_save_office,
            fixed=_fixed,
        ),
        Setting(
            name="issuing",
            title=_("Numbers of tickets"),
            icon="pin",
            note=_("How tickets that staff write are numbered, and when they are due."),
            permission=Permission.LISTS_WRITE,
            form=IssuingForm,
            there=_issuing,
            save=_save_issuing,
        ),
        Setting(
            name="retention",
            title=_("Retention"),
            icon="auto_delete",
            note=_("How long the bytes of what was handed over can be shown again."),
            permission=Permission.RETENTION_WRITE,
            form=RetentionForm,
            there=lambda _visit: {"days": retention_days()},
            save=_save_retention,
        ),
        Setting(
            name="letterhead",
            title=_("Letterhead"),
            icon="contact_mail",
            note=_("Who writes: what stands on letters and mails."),
            permission=Permission.LISTS_WRITE,
            form=LetterheadForm,
            there=_letterhead,
            save=_save_letterhead,
        ),
        Setting(
            name="lot-taxes",
            title=_("Taxes of lots"),
            icon="percent",
            note=_("The two rates by which the values of lots are computed."),
            permission=Permission.LISTS_WRITE,
            form=LotTaxForm,
            there=_lot_tax,
            save=_save_lot_tax,
        ),
    )
}
PAGES = {name: Page(setting, setting.permission, ("GET", "HEAD", "POST")) for name, setting in SETTINGS.items()}
