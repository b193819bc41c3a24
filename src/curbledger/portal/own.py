"""What everybody decides for themselves: language, password; and, for a system administrator, which client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from curbledger.clients.client import Client
from curbledger.clients.codes import code_key
from curbledger.clients.user import User, set_password
from curbledger.database.scope import all_or_nothing
from curbledger.errors import AccessRefused, Invalid, NotFound
from curbledger.portal.page import CHOSEN, lobby

if TYPE_CHECKING:
    from django.http import HttpRequest


@lobby(methods=("POST",), signed_in=False)
def language(request: HttpRequest) -> HttpResponse:
    """Keeps a language: on the user's row, and for the sign-in page in a cookie."""
    wanted = request.POST.get("language", "")
    if wanted not in dict(settings.LANGUAGES):
        raise Invalid(_("There are no pages in {language}.").format(language=repr(wanted)), field="language")
    if isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(language=wanted)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}) and back.startswith("/portal/")
    response = HttpResponseRedirect(back if safe else reverse("portal:home"))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        wanted,
        max_age=365 * 24 * 60 * 60,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@lobby(methods=("GET", "HEAD", "POST"))
def clients(request: HttpRequest) -> HttpResponse:
    """Lets a system administrator pick the client whose rows to see. Raises AccessRefused for anybody else."""
    user: Any = request.user
    if not user.is_system_administrator:
        raise AccessRefused
    if request.method == "POST":
        client = Client.objects.filter(key=code_key(request.POST.get("client", ""))).first()
        if client is None:
            raise NotFound(translation.gettext("There is no such client."))
        request.session[CHOSEN] = client.pk
        return HttpResponseRedirect(reverse("portal:home"))
    context = {
        "title": _("Which client?"),
        "clients": Client.objects.order_by("name", "code"),
        "chosen": request.session.get(CHOSEN),
    }
    return HttpResponse(render_to_string("portal/clients.html", context, request))


class NewPassword(forms.Form):
    """The old one, and the new one twice."""

    old = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    new = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=_("At least 10 characters, not only digits, and none that everybody uses."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


@lobby(methods=("GET", "HEAD", "POST"))
def password(request: HttpRequest) -> HttpResponse:
    """Another password. Other sessions of the same user end with the old one."""
    user: Any = request.user
    form = NewPassword(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        if not user.check_password(form.cleaned_data["old"]):
            form.add_error("old", _("This is not your present password."))
        elif form.cleaned_data["new"] != form.cleaned_data["again"]:
            form.add_error("again", _("The two are not the same."))
        else:
            try:
                set_password(user, form.cleaned_data["new"])
            except Invalid as error:
                form.add_error("new", error.message)
            else:
                with all_or_nothing():
                    user.save(update_fields=["password"])
                update_session_auth_hash(request, user)
                messages.success(request, translation.gettext("Your password was changed."))
                return HttpResponseRedirect(reverse("portal:home"))
    context = {"form": form, "title": _("Change password")}
    status = 422 if form.is_bound else 200
    return HttpResponse(render_to_string("portal/password.html", context, request), status=status)
