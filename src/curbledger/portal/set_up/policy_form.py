"""Every column of a policy as a field, and what was typed as changes of a version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from curbledger.clients.policy import CHANGEABLE, HOLD_KINDS, LANGUAGES, LEAST, MOST, MOST_REASON
from curbledger.clients.schedule import MOST_DAYS, MOST_STAGES, WAYS, check_schedule, read_schedule
from curbledger.errors import Invalid
from curbledger.kit import money
from curbledger.portal.act_forms import amount_field
from curbledger.portal.forms import ActForm
from curbledger.portal.words import DETAIL_NAMES
from curbledger.registry.entry import offered
from curbledger.violations.lists import Category, Location

if TYPE_CHECKING:
    from curbledger.clients.policy import CollectionsPolicy

# Places that are shown to be ticked; of more, others are named.
_MOST_PLACES = 300
WAY_NAMES = {"mail": _("by e-mail"), "letter": _("by letter"), "either": _("by e-mail, or letter without an address")}
# A record that cannot be printed stays whatever the policy says.
_KINDS = [(kind, DETAIL_NAMES[kind]) for kind in HOLD_KINDS if kind != "unprintable"]


def _days(name: str, label: Any, help_text: Any = "", **options: Any) -> forms.IntegerField:  # noqa: ANN401
    least = LEAST.get(name, 0)
    return forms.IntegerField(label=label, min_value=least, max_value=MOST[name], help_text=help_text, **options)


def _ticked(label: Any, choices: Any = (), help_text: Any = "") -> forms.TypedMultipleChoiceField:  # noqa: ANN401
    widget = forms.CheckboxSelectMultiple
    return forms.TypedMultipleChoiceField(
        label=label, choices=choices, required=False, coerce=int, widget=widget, help_text=help_text
    )


class PolicyForm(ActForm):
    """What goes to collections, who is told when, and when somebody is to look."""

    # The version that the form was made from.
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    days_past_due = _days("days_past_due", _("Days past due"), _("0 and 1 mean the same: due today is not overdue."))
    minimum_balance = amount_field(_("Smallest balance"), min_value=money.CENT)
    oldest_age_days = _days(
        "oldest_age_days", _("Oldest, in days since issue"), _("Left empty: of any age."), required=False
    )
    notice_required = forms.BooleanField(label=_("Only who was sent a notice"), required=False)
    notice_age_days = _days("notice_age_days", _("Days since the notice"))
    hold_kinds = forms.MultipleChoiceField(
        label=_("Holds that keep a ticket back"),
        choices=_KINDS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    excluded_categories = _ticked(_("Categories that never go"))
    excluded_locations = _ticked(_("Places whose tickets never go"))
    other_locations = forms.CharField(
        label=_("And these places"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One name on a line: there are too many to show them all."),
    )
    notice_language = forms.ChoiceField(
        label=_("Language of notices"), choices=LANGUAGES, help_text=_("For people whose own is not known.")
    )
    fees_after_stage = _days(
        "fees_after_stage", _("Late fees only after notice"), _("The notice's number; 0: the law asks for none.")
    )
    fees_notice_age_days = _days("fees_notice_age_days", _("Days between that notice and a fee"))
    payments_stale_hours = _days(
        "payments_stale_hours", _("Hours without a payment"), _("After so many, somebody is to look; 0: never.")
    )
    unsent_days = _days(
        "unsent_days", _("Days that what may go waits"), _("After so many, somebody is to look; 0: never.")
    )
    missed_call_days = _days(
        "missed_call_days", _("Days that an agency is late"), _("Later than it ever was; 0: never.")
    )
    second_person = forms.BooleanField(
        label=_("A second person approves what is handed over"),
        required=False,
        help_text=_("An agency's call gets only what one person proposed and another approved."),
    )
    guard_payment_hours = _days(
        "guard_payment_hours",
        _("Nothing goes after hours without a payment"),
        _("Left empty: it goes all the same."),
        required=False,
    )
    guard_factor = forms.DecimalField(
        label=_("Nothing goes that is so many times the usual"),
        required=False,
        max_digits=5,
        decimal_places=2,
        min_value=1,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("Count or total. Left empty: as much as there is."),
    )
    reason = forms.CharField(
        label=_("Why it changes"),
        max_length=MOST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands with the version, for who comes after you."),
    )

    def __init__(self, data: Any, *, policy: CollectionsPolicy) -> None:  # noqa: ANN401  # as Django's own
        """Made from a policy as it is, or as it would be."""
        there = {name: getattr(policy, name) for name in CHANGEABLE}
        steps = read_schedule(policy.notice_schedule)
        for step in steps:
            there |= {f"days_{step.number}": step.days, f"by_{step.number}": step.by}
        super().__init__(data, initial={**there, "base": policy.version})
        ways = [(way, WAY_NAMES[way]) for way in WAYS]
        for number in range(1, MOST_STAGES + 1):
            self.fields[f"days_{number}"] = forms.IntegerField(
                label=_("Notice {number}: days after due").format(number=number),
                required=False,
                min_value=1,
                max_value=MOST_DAYS,
            )
            self.fields[f"by_{number}"] = forms.ChoiceField(
                label=_("Notice {number}: how").format(number=number), required=False, choices=ways
            )
        # Two free rows at a time; those that are not shown are empty.
        self.stages = [
            (self[f"days_{number}"], self[f"by_{number}"])
            for number in range(1, min(max(len(steps) + 2, 3), MOST_STAGES) + 1)
        ]
        self._fill(policy)

    def _fill(self, policy: CollectionsPolicy) -> None:
        known = Category.objects.filter(Q(archived__isnull=True) | Q(pk__in=policy.excluded_categories))
        self.fields["excluded_categories"].choices = [  # type: ignore[attr-defined]
            (row.pk, row.name) for row in known.order_by("name")
        ]
        left_out = list(Location.objects.filter(pk__in=policy.excluded_locations).order_by("name"))
        others = list(offered(Location).exclude(pk__in=policy.excluded_locations)[: _MOST_PLACES + 1])
        shown = [*left_out, *others[:_MOST_PLACES]]
        self.fields["excluded_locations"].choices = [(row.pk, row.name) for row in shown]  # type: ignore[attr-defined]
        if len(others) <= _MOST_PLACES:
            del self.fields["other_locations"]

    def clean_other_locations(self) -> list[int]:
        """Places by their names. All must be known."""
        found = []
        for line in filter(None, map(str.strip, self.cleaned_data["other_locations"].splitlines())):
            place = Location.objects.filter(name__iexact=line).first()
            if place is None:
                raise forms.ValidationError(gettext("There is no place {name}.").format(name=line))
            found.append(place.pk)
        return found

    def clean(self) -> dict[str, Any]:
        """The schedule as a policy keeps it."""
        typed = self.cleaned_data
        steps = [
            (typed.pop(f"days_{number}", None), typed.pop(f"by_{number}", None) or WAYS[0])
            for number in range(1, MOST_STAGES + 1)
        ]
        try:
            typed["notice_schedule"] = check_schedule((days, by) for days, by in steps if days is not None)
        except Invalid as error:
            self.add_error(None, error.message)
        return typed

    def changes(self, base: CollectionsPolicy) -> dict[str, Any]:
        """What was typed otherwise than `base` says it, by column."""
        typed = dict(self.cleaned_data)
        more = typed.pop("other_locations", [])
        typed["excluded_locations"] = [*typed["excluded_locations"], *more]
        if "unprintable" in base.hold_kinds:
            typed["hold_kinds"] = [*typed["hold_kinds"], "unprintable"]
        return {name: typed[name] for name in sorted(CHANGEABLE) if _plain(typed[name]) != _plain(getattr(base, name))}


def _plain(value: Any) -> Any:  # noqa: ANN401  # any column's
    """A list of choices without its order, which says nothing; a schedule keeps its own."""
    return sorted(set(value)) if isinstance(value, list) and not any(isinstance(one, dict) for one in value) else value
