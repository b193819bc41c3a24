"""What each act asks for."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from curbledger.clients.policy import STAFF_HOLD_KINDS
from curbledger.kit import money
from curbledger.portal.forms import ActForm
from curbledger.portal.words import DETAIL_NAMES
from curbledger.registry.find import people_named
from curbledger.violations.attach import NewFile
from curbledger.violations.ledger import Payment
from curbledger.violations.payment import Doubtful
from curbledger.violations.standing import Hold
from curbledger.violations.state import owed_now

if TYPE_CHECKING:
    from curbledger.errors import CurbledgerError
    from curbledger.portal.visit import Visit
    from curbledger.violations.violation import Violation

# More than these say that the name was not enough.
_MOST_PEOPLE = 20
METHODS = ("cash", "card", "cheque", "transfer", "online", "other")
_DAY = {"type": "date"}
_EXAMPLE = Decimal("1234.50")
# Nobody parked before: a year of two digits was typed, or half of one.
_FIRST_YEAR = 1900
WHICH_FILES = _("Photos (JPEG, PNG) or PDF, up to 15 MB each.")
# Only when it is shown is it known in which language.
_capital = lazy(capfirst, str)


class OnTicket(ActForm):
    """An act on one ticket; knows the ticket and what it owes now, for what can be chosen."""

    def __init__(self, *args: Any, visit: Visit, violation: Violation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visit, self.violation = visit, violation
        self.owed = owed_now(visit.client, violation, at=visit.at)
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the ticket."""


class AmountField(forms.DecimalField):
    """An amount as a person writes it."""

    def to_python(self, value: Any) -> Any:  # noqa: ANN401  # as Django's own
        """No exponents, no digits of other scripts: whoever types those did not mean an amount."""
        if value in self.empty_values:
            return None
        try:
            return money.typed(str(value))
        except ValueError:
            said = gettext("Write an amount such as %(example)s.") % {"example": money.show(_EXAMPLE)}
            raise forms.ValidationError(said) from None


def amount_field(label: Any, **options: Any) -> forms.DecimalField:  # noqa: ANN401  # as Django's own
    """An amount to the cent. Typed as text: a field of numbers takes a wheel turned by accident for a change."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return AmountField(label=label, max_digits=12, decimal_places=2, localize=True, widget=widget, **options)


def reason_field() -> forms.CharField:
    """Why, for the records."""
    return forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class Reason(OnTicket):
    """Only why."""

    reason = reason_field()


class Recall(OnTicket):
    """Why it is taken back; the agency reads it."""

    reason = forms.CharField(
        label=_("Reason"), max_length=400, help_text=_("The agency reads it."), widget=forms.Textarea(attrs={"rows": 3})
    )


class ManyFiles(forms.FileInput):
    """A field for several files at a time."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, read into memory: each is small, and is kept only if all is well."""

    widget = ManyFiles(attrs={"accept": "image/jpeg,image/png,application/pdf"})

    def clean(self, data: Any, initial: Any = None) -> list[NewFile]:  # noqa: ANN401  # as Django's own
        """Each as Django checks one."""
        sent = data if isinstance(data, list | tuple) else [data] if data else []
        if not sent and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        checked = [super(FilesField, self).clean(one, initial) for one in sent]
        return [NewFile(name=one.name, content=one.read()) for one in checked]


class Pay(OnTicket):
    """Money that came in."""

    amount = amount_field(_("Amount"), min_value=money.CENT)
    paid_on = forms.DateField(label=_("Paid on"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    method = forms.ChoiceField(label=_("How"), choices=[(code, _capital(DETAIL_NAMES[code])) for code in METHODS])
    reference = forms.CharField(
        label=_("Reference"),
        required=False,
        max_length=100,
        help_text=_("Receipt, cheque or transaction number. The same one on this ticket is recorded once."),
    )
    sure = forms.BooleanField(label=_("Record it all the same"), required=False)

    def prepare(self) -> None:
        """What would settle it now, today; the question whether one is sure is asked where there is doubt."""
        self.fields["amount"].initial = self.owed if self.owed > 0 else None
        self.fields["paid_on"].initial = self.visit.at.astimezone(self.visit.client.zone).date()
        self.doubted = False

    def refuse(self, error: CurbledgerError) -> None:
        """Where the domain asks whether it is meant, the page asks it too."""
        self.doubted = isinstance(error, Doubtful)
        super().refuse(error)

    def visible_fields(self) -> list[forms.BoundField]:
        """Nobody is asked for sureness before there is a doubt; what was said once stays said."""
        asked = self.doubted or bool(self.data.get("sure"))
        return [field for field in super().visible_fields() if asked or field.name != "sure"]

    def clean_paid_on(self) -> Any:  # noqa: ANN401  # a date
        """Not of tomorrow."""
        day = self.cleaned_data["paid_on"]
        if day > self.visit.at.astimezone(self.visit.client.zone).date():
            raise forms.ValidationError(gettext("This day is yet to come."))
        if day.year < _FIRST_YEAR:
            raise forms.ValidationError(gettext("This day is too long ago."))
        return day


class Reverse(OnTicket):
    """Which payment, and why."""

    payment = forms.TypedChoiceField(label=_("Payment"), coerce=int, widget=forms.RadioSelect)
    reason = reason_field()

    def prepare(self) -> None:
        """Those that count."""
        zone = self.visit.client.zone
        rows = Payment.objects.filter(violation_id=self.violation.pk, reversed_at__isnull=True).order_by("paid_at")
        self.fields["payment"].choices = [  # type: ignore[attr-defined]
            (
                row.pk,
                " · ".join(
                    filter(
                        None,
                        (
                            f"{row.paid_at.astimezone(zone):%Y-%m-%d}",
                            money.show(row.amount, self.visit.client.currency),
                            row.reference,
                        ),
                    )
                ),
            )
            for row in rows
        ]


class Adjust(OnTicket):
    """What the fine is from now on."""

    amount = amount_field(_("New fine"), min_value=0, help_text=_("0 takes the fine away; towing, tax and fees stay."))
    reason = reason_field()


# Nobody picks a kind by leaving it as it was.
_PLACED_BY_STAFF = [("", "—"), *((kind, _capital(DETAIL_NAMES[kind])) for kind in STAFF_HOLD_KINDS)]


class HoldForm(ActForm):
    """What kind, until when, why."""

    kind = forms.ChoiceField(label=_("Kind"), choices=_PLACED_BY_STAFF)
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs=_DAY),
        help_text=_("Left empty: until it is released."),
    )
    reason = reason_field()


class PlaceHold(OnTicket, HoldForm):
    """One ticket."""


class Release(OnTicket):
    """Which hold, and why."""

    hold = forms.TypedChoiceField(label=_("Hold"), coerce=int, widget=forms.RadioSelect)
    reason = reason_field()

    def prepare(self) -> None:
        """Those on the ticket itself; one on a person is released with the person."""
        rows = Hold.objects.filter(violation_id=self.violation.pk, released_at__isnull=True).order_by("id")
        self.fields["hold"].choices = [  # type: ignore[attr-defined]
            (row.pk, f"{DETAIL_NAMES[row.kind]}: {row.reason}") for row in rows
        ]


class Appeal(OnTicket):
    """What the person says, and what they show."""

    text = forms.CharField(label=_("What the person says"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}))
    evidence = FilesField(label=_("Evidence"), required=False, help_text=WHICH_FILES)


class Decide(OnTicket):
    """How it ends, and why."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            ("upheld", _("The ticket stands")),
            ("dismissed", _("The ticket falls: it is cancelled")),
            ("withdrawn", _("The person withdrew the appeal")),
        ],
    )
    reason = reason_field()
    evidence = FilesField(label=_("Evidence"), required=False, help_text=WHICH_FILES)


class AddFiles(OnTicket):
    """More photos or papers."""

    evidence = FilesField(label=_("Files"), help_text=WHICH_FILES)


class Link(OnTicket):
    """Who, out of those who were found, and why."""

    person = forms.TypedChoiceField(label=_("Person"), coerce=int, widget=forms.RadioSelect)
    reason = reason_field()

    def prepare(self) -> None:
        """Those that the search on the page found; a sent form brings its own."""
        found = people_named(self.visit.request.GET.get("q", ""), limit=_MOST_PEOPLE).people
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            (one.pk, " · ".join(filter(None, (str(one), one.email, one.street, one.city)))) for one in found
        ]
