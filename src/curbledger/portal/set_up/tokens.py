"""Tokens: made, shown once, rotated with overlap, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curbledger.clients.revoke import revoke_token
from curbledger.clients.rotate import MOST_HOURS, line_of
from curbledger.clients.token import ApiToken
from curbledger.errors import NotFound
from curbledger.kit import clock
from curbledger.permissions import TOKEN_PERMISSIONS, Permission
from curbledger.placements.agency import FIRST_AGENCY, Agency, AgencyToken
from curbledger.placements.token import open_token, renew_token
from curbledger.portal.forms import ActForm
from curbledger.portal.page import page

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from curbledger.portal.visit import Visit

_POST = ("GET", "HEAD", "POST")
_PAGE = 50
# Digits that no id has.
_ENDLESS = 19
# What each permission lets a caller do.
PERMISSION_NAMES = {
    "violations-collect": gettext_lazy("Collect what is overdue"),
    "permit-create": gettext_lazy("Push, change and delete permits"),
    "permit-stats": gettext_lazy("Count permits"),
    "lot-values": gettext_lazy("Read what lots are worth"),
    "profile-push": gettext_lazy("Push people"),
    "vehicle-push": gettext_lazy("Push vehicles"),
    "plate-validate": gettext_lazy("Check plates"),
}
_COLLECTS = next(name for name, one in TOKEN_PERMISSIONS.items() if one is Permission.VIOLATIONS_COLLECT)


class TokenForm(ActForm):
    """What a token is for, what it may, until when, and for which agency."""

    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=200)
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=[(name, PERMISSION_NAMES[name]) for name in TOKEN_PERMISSIONS],
        widget=forms.CheckboxSelectMultiple,
    )
    agency = forms.ChoiceField(
        label=gettext_lazy("Agency"), required=False, help_text=gettext_lazy("For one that collects.")
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Left empty: until it is revoked."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = list(Agency.objects.order_by("name").values_list("name", flat=True)) or [FIRST_AGENCY]
        self.fields["agency"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]


class RotateForm(ActForm):
    """For how long the old secret is still good."""

    keep_hours = forms.IntegerField(
        label=gettext_lazy("Hours for which the old secret still works"),
        min_value=0,
        max_value=MOST_HOURS,
        initial=24,
        help_text=gettext_lazy("So long there is to put the new one where the old one is."),
    )


class RevokeForm(ActForm):
    """Nothing more is asked."""


@page(Permission.TOKENS_WRITE)
def tokens(visit: Visit) -> HttpResponse:
    """Every line of tokens by its newest, newest first."""
    heads = ApiToken.objects.exclude(pk__in=ApiToken.objects.filter(replaces__isnull=False).values("replaces_id"))
    before = visit.request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < _ENDLESS:
        heads = heads.filter(pk__lt=int(before))
    found = list(heads.select_related("replaces").order_by("-pk")[: _PAGE + 1])
    agencies = _agencies([one.pk for one in found])
    lines = [(_line(visit, one, agencies), one.replaces and _line(visit, one.replaces, {})) for one in found[:_PAGE]]
    following = found[_PAGE - 1].pk if len(found) > _PAGE else None
    return visit.show("portal/set_up/tokens.html", {"title": _("Tokens"), "lines": lines, "next": following})


@page(Permission.TOKENS_WRITE, methods=_POST)
def add(visit: Visit) -> HttpResponse:
    """A new token, whose secret is on the answer and nowhere else."""
    form = TokenForm(visit.request.POST if visit.request.method == "POST" else None)
    made: list[tuple[ApiToken, str]] = []
    if form.is_valid():
        typed = form.cleaned_data

        def do() -> str:
            collects = _COLLECTS in typed["permissions"]
            day = typed["last_day"]
            ends = None if day is None else clock.day_start(day + timedelta(days=1), visit.client.zone)
            agency = typed["agency"] or None if collects else None
            made.append(
                open_token(
                    visit.client,
                    name=typed["name"],
                    permissions=typed["permissions"],
                    agency=agency,
                    expires_at=ends,
                    at=visit.at,
                )
            )
            return ""

        # What the domain calls the end is the last day here.
        visit.act(form, do)
        if made:
            return _once(visit, *made[0])
        if not form.errors:
            return visit.go(reverse("portal:set-up-tokens"))
    return visit.show(
        "portal/set_up/token_add.html", {"title": _("New token"), "form": form}, status=422 if form.is_bound else 200
    )


@page(Permission.TOKENS_WRITE, methods=_POST)
def token(visit: Visit, token_id: int) -> HttpResponse:
    """One token with its line of descent: rotated, revoked."""
    shown = ApiToken.objects.filter(pk=token_id).first()
    if shown is None:
        raise NotFound(_("There is no such token."))
    data = visit.request.POST if visit.request.method == "POST" else None
    rotates = data is not None and data.get("action") == "rotate"
    rotate, revoke = RotateForm(data if rotates else None), RevokeForm(None if rotates else data)
    form: ActForm = rotate if rotates else revoke
    here = reverse("portal:set-up-token", args=[shown.pk])
    made: list[tuple[ApiToken, str]] = []
    if form.is_valid():

        def do() -> str:
            if rotates:
                hours = form.cleaned_data["keep_hours"]
                made.append(renew_token(visit.client, token_id, keep_hours=hours, at=visit.at))
                return ""
            revoke_token(token_id, at=visit.at)
            return _("The token opens nothing any more.")

        said = visit.act(form, do)
        if made:
            return _once(visit, *made[0])
        if not form.errors:
            return visit.go(here, said)
    line = line_of(shown)
    agencies = _agencies([one.pk for one in line])
    shows_rotate = line[0].pk == shown.pk and shown.opens(visit.at)
    context = {
        "title": shown.name,
        "token": shown,
        "line": [_line(visit, one, agencies) for one in line],
        "opens": shown.opens(visit.at),
        "newest": shows_rotate,
        "rotate": rotate,
        "revoke_key": RevokeForm()["form_key"].value(),
        "refused": [
            *(error for errors in revoke.errors.values() for error in errors),
            # Of a form that is not shown any more.
            *([] if shows_rotate else rotate.non_field_errors()),
        ],
        "may": [PERMISSION_NAMES.get(name, name) for name in shown.permissions],
    }
    return visit.show("portal/set_up/token.html", context, status=422 if data is not None else 200)


def _once(visit: Visit, made: ApiToken, secret: str) -> HttpResponse:
    context = {"title": made.name, "token": made, "secret": secret, "before": made.replaces}
    if made.replaces_id is not None:
        context["before"] = ApiToken.objects.get(pk=made.replaces_id)
    return visit.show("portal/set_up/token_once.html", context)


def _agencies(token_ids: list[int]) -> dict[int, str]:
    bound = AgencyToken.objects.filter(token_id__in=token_ids).select_related("agency")
    return {one.token_id: one.agency.name for one in bound}


def _line(visit: Visit, one: ApiToken, agencies: dict[int, str]) -> dict[str, Any]:
    """How a token stands, in words."""
    tone, standing = _standing(visit, one)
    return {"token": one, "tone": tone, "standing": standing, "agency": agencies.get(one.pk, "")}


def _standing(visit: Visit, one: ApiToken) -> tuple[str, str]:
    if one.revoked_at is not None:
        return "bad", _("revoked on {when}").format(when=_when(visit, one.revoked_at))
    if one.expires_at is None:
        return "good", _("works")
    when = _when(visit, one.expires_at)
    if one.expires_at <= visit.at:
        return "none", _("ended on {when}").format(when=when)
    return "warn", _("works until {when}").format(when=when)


def _when(visit: Visit, moment: datetime) -> str:
    return f"{moment.astimezone(visit.client.zone):%Y-%m-%d %H:%M}"
