"""Every page, below /portal/."""

from __future__ import annotations

from django.urls import path

from curbledger.portal import missing, own, sign_in, violations

app_name = "portal"

urlpatterns = [
    path("", own.home, name="home"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("language", own.language, name="language"),
    path("password", own.password, name="password"),
    path("clients", own.clients, name="clients"),
    path("violations", violations.violations, name="violations"),
    path("issue", violations.violations, name="issue"),
    path("<path:rest>", missing.nothing_here),
]
