"""Signing in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.sessions.models import Session
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from curbledger.kit import clock
from curbledger.portal.page import lobby

if TYPE_CHECKING:
    from django.http import HttpRequest


class SignIn(forms.Form):
    """Address and password."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@lobby(methods=("GET", "HEAD", "POST"), signed_in=False)
def sign_in(request: HttpRequest) -> HttpResponse:
    """The form, and what became of it. Wrong, unknown and locked out are told apart only where that helps nobody else.

    Failures are counted by django-axes, for the address typed and where it was typed.
    """
    back = _next(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(back)
    form = SignIn(request.POST or None, label_suffix="")
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            email = form.cleaned_data["email"].strip().lower()
            user = authenticate(request, username=email, password=form.cleaned_data["password"])
            if user is not None:
                _forget_old_sessions()
                login(request, user)
                return HttpResponseRedirect(back)
            status = _refuse(request, form)
    context: dict[str, Any] = {"form": form, "next": back, "title": _("Sign in"), "languages": settings.LANGUAGES}
    return HttpResponse(render_to_string("portal/sign_in.html", context, request), status=status)


@lobby(methods=("POST",), signed_in=False)
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return HttpResponseRedirect(reverse("portal:sign-in"))


def _refuse(request: HttpRequest, form: SignIn) -> int:
    if getattr(request, "axes_locked_out", False):
        form.add_error(None, _("Too many wrong passwords. Wait a quarter of an hour, then try again."))
        return 429
    form.add_error(None, _("Address and password do not belong together."))
    return 422


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/portal/") else reverse("portal:home")


def _forget_old_sessions() -> None:
    Session.objects.filter(expire_date__lt=clock.now()).delete()
