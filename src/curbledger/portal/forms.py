"""Forms that do something: each carries a key, so that a double click does it once."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core import signing
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from curbledger.clients.once import REMEMBERED

if TYPE_CHECKING:
    from curbledger.errors import CurbledgerError

_SALT = "curbledger.portal.forms"
# A form that lay open overnight asks to be looked at again.
GOOD_FOR = timedelta(days=1)
assert GOOD_FOR < REMEMBERED  # noqa: S101  # a key that is forgotten must not be good any more


def new_key() -> str:
    """A key for one form, signed, so that its age is known."""
    return signing.TimestampSigner(salt=_SALT).sign(uuid.uuid4().hex)


class SpanForm(forms.Form):
    """A form that looks for what lies between two days, `since` and `until`; either may be absent."""

    def clean(self) -> dict[str, Any]:
        """What was asked for. A span that ends before it begins is a slip, and would look like nothing to be found."""
        asked: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = asked.get("since"), asked.get("until")
        if since is not None and until is not None and until < since:
            self.add_error("since", _("The first day is after the last."))
        return asked


class ActForm(forms.Form):
    """A form of one act. Shown anew with what was typed where the domain refuses."""

    form_key = forms.CharField(widget=forms.HiddenInput)
    required_css_class = "required"
    error_css_class = "wrong"

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # as Django's own
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["form_key"].initial = new_key

    def clean_form_key(self) -> uuid.UUID:
        """The key itself, of a form that is not too old."""
        try:
            signer = signing.TimestampSigner(salt=_SALT)
            return uuid.UUID(signer.unsign(self.cleaned_data["form_key"], max_age=GOOD_FOR))
        except (signing.BadSignature, ValueError):
            # The form that is shown again can be sent.
            self._say(form_key=new_key())
            raise forms.ValidationError(_("This form is more than a day old. Check it, and send it again.")) from None

    def agree_to(self, **seen: object) -> None:
        """Let the form that is shown, also one that was refused, agree to what stands on the page beside it."""
        for name, value in seen.items():
            self.fields[name].initial = value
        if self.is_bound:
            self._say(**seen)

    def _say(self, **said: object) -> None:
        """Put something else in place of what was sent; the rest of it stays."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        for name, value in said.items():
            data[name] = str(value)
        self.data = data

    def refuse(self, error: CurbledgerError) -> None:
        """Say what the domain said, at the field it means."""
        field = getattr(error, "field", None)
        self.add_error(field if field in self.fields else None, error.message)
