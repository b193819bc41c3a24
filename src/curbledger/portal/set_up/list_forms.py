"""What an entry of each list asks for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from curbledger.permits.lot import MOST_COST, MOST_PERMITS
from curbledger.portal.act_forms import amount_field
from curbledger.portal.forms import ActForm
from curbledger.registry.defaults import CANADA, UNITED_STATES
from curbledger.registry.entry import offered
from curbledger.violations.lists import Category

# A smaller whole number than any column holds.
_MOST = 1_000_000
_COUNTRIES = [(CANADA, _("Canada")), (UNITED_STATES, _("United States"))]


def _text(label: Any, limit: int, **options: Any) -> forms.CharField:  # noqa: ANN401  # as Django's own
    """A text that may be missing, which is not the same as empty."""
    return forms.CharField(label=label, max_length=limit, required=False, empty_value=None, **options)


def _flag(label: Any, **options: Any) -> forms.BooleanField:  # noqa: ANN401  # as Django's own
    return forms.BooleanField(label=label, required=False, **options)


class Seen(ActForm):
    """Knows what its page showed: when the entry was last changed then."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_seen(self) -> datetime | None:
        """The moment; none for an entry that is yet to be added."""
        try:
            return datetime.fromisoformat(self.cleaned_data["seen"]) if self.cleaned_data["seen"] else None
        except ValueError:
            raise forms.ValidationError(gettext("This form is not as it was sent to you. Open it again.")) from None

    def values(self) -> dict[str, Any]:
        """What was typed, by column."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"seen", "form_key"}}


class EntryForm(Seen):
    """A list whose entries have a name and no more."""

    name = forms.CharField(label=_("Name"), max_length=200)


class ColourForm(EntryForm):
    """A colour, and what other systems call it."""

    colour_key = _text(_("Key"), 50, help_text=_("What other systems call it."))


class PlateTypeForm(EntryForm):
    """A plate type and its code."""

    type_code = forms.CharField(label=_("Code"), max_length=50)


class ProvinceForm(EntryForm):
    """A province or state."""

    code = forms.CharField(label=_("Code"), min_length=2, max_length=2, help_text=_("Two letters, as on letters."))
    country = forms.TypedChoiceField(label=_("Country"), coerce=int, choices=_COUNTRIES)
    payments = _flag(_("Offered where people pay"), initial=True)

    def clean_code(self) -> str:
        """In capitals."""
        return str(self.cleaned_data["code"]).upper()


class UserTypeForm(EntryForm):
    """What a person is to the client."""

    external = _text(_("External name"), 100, help_text=_("What other systems call it."))


class LoginSourceForm(EntryForm):
    """A directory or a single sign-on."""

    name = forms.CharField(label=_("Name"), max_length=20)


class CategoryForm(EntryForm):
    """The kind of ticket."""

    handheld_visible = _flag(_("Shown on handhelds"))
    enable_fail_to_identify = _flag(_("With failure to identify"))


class LocationForm(EntryForm):
    """A place where tickets are written."""

    writer_visible = _flag(_("Shown to those who write tickets"), initial=True)
    gis_number = forms.IntegerField(label=_("GIS number"), min_value=0, max_value=2**31 - 1, initial=0)


class OffenceForm(EntryForm):
    """What was done, and what it costs."""

    default_cost = amount_field(
        _("Fine"), min_value=0, help_text=_("For tickets from now on; those that are written keep theirs.")
    )
    category = forms.TypedChoiceField(label=_("Category"), coerce=int, empty_value=None, required=False)
    discount_flag = _flag(_("Costs less when paid early"))
    discount_amount = amount_field(_("By how much"), min_value=0, initial=0)
    discount_hours = forms.IntegerField(
        label=_("Within how many hours of issue"), min_value=0, max_value=_MOST, initial=0
    )
    bylaw_code = _text(_("Bylaw code"), 50)
    violation_key = _text(_("Key"), 50, help_text=_("What other systems call it."))
    adjustable = _flag(_("The fine may be typed on a handheld"))
    admin_only = _flag(_("For administrators only"), help_text=_("What handhelds and other systems are told of it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "—"), *offered(Category).values_list("pk", "name")]
        self.fields["category"].choices = choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """The category is kept by its key."""
        values = super().values()
        category = values.pop("category")
        return {**values, "category_id": category}


class LotForm(EntryForm):
    """A lot: its room, and what a permit costs there."""

    default_cost = amount_field(_("Cost of a permit"), min_value=0, max_value=MOST_COST, initial=0)
    total_permits = forms.IntegerField(label=_("Room for permits"), min_value=0, max_value=MOST_PERMITS, initial=0)
