"""Where an invitation leads: somebody chooses their own password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from curbledger.clients.invitation import accept, invited
from curbledger.database.scope import all_or_nothing
from curbledger.errors import Invalid
from curbledger.portal.page import lobby

if TYPE_CHECKING:
    from django.http import HttpRequest


class FirstPassword(forms.Form):
    """The password, twice."""

    new = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=1000,
        help_text=_("At least 10 characters, not only digits, and none that everybody uses."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
    )
    again = forms.CharField(
        label=_("New password again"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


@lobby(methods=("GET", "HEAD", "POST"), signed_in=False)
def welcome(request: HttpRequest, invitation: str) -> HttpResponse:
    """Takes a password, once. Raises NotFound for a link that is no good any more."""
    user = invited(invitation)
    form = FirstPassword(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["new"] != form.cleaned_data["again"]:
            form.add_error("again", _("The two are not the same."))
        else:
            try:
                with all_or_nothing():
                    accept(invitation, form.cleaned_data["new"])
            except Invalid as error:
                form.add_error("new", error.message)
            else:
                messages.success(request, gettext("Your password is set. Sign in with it."))
                return HttpResponseRedirect(reverse("portal:sign-in"))
    context = {"form": form, "title": _("Choose a password"), "email": user.email}
    return HttpResponse(render_to_string("portal/welcome.html", context, request), status=422 if form.is_bound else 200)
