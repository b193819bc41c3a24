"""Members: who signs in here, as what. They choose their passwords themselves, by a link that is good once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curbledger.clients.invitation import invitation_for
from curbledger.clients.membership import Membership, change_role, forget_password, invite, read_role, switch_member
from curbledger.errors import NotFound
from curbledger.permissions import Permission, Role
from curbledger.portal.forms import ActForm
from curbledger.portal.page import page
from curbledger.portal.words import ROLE_NAMES

if TYPE_CHECKING:
    from django.http import HttpResponse

    from curbledger.clients.user import User
    from curbledger.portal.visit import Visit

_POST = ("GET", "HEAD", "POST")
# Members that the page shows; an office has a few dozen.
_MOST = 500
_ROLES = [(role.value, ROLE_NAMES[role]) for role in Role]


class InviteForm(ActForm):
    """Who, and as what."""

    email = forms.CharField(
        label=gettext_lazy("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=_ROLES)


class MemberForm(ActForm):
    """What is done to a member."""

    action = forms.ChoiceField(choices=[(name, "") for name in ("role", "disable", "enable", "reset")])
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=_ROLES)


@page(Permission.MEMBERS_WRITE)
def members(visit: Visit) -> HttpResponse:
    """Everybody who signs in for this client."""
    found = Membership.objects.select_related("user").filter(client=visit.client).order_by("user__email")[:_MOST]
    context = {"title": _("Members"), "members": [(one, ROLE_NAMES[Role(one.role)]) for one in found]}
    return visit.show("portal/set_up/members.html", context)


@page(Permission.MEMBERS_WRITE, methods=_POST)
def add(visit: Visit) -> HttpResponse:
    """One more member, whose link is on the answer."""
    form = InviteForm(visit.request.POST if visit.request.method == "POST" else None)
    made: list[User] = []
    if form.is_valid():
        typed = form.cleaned_data

        def do() -> str:
            role = read_role(typed["role"])
            made.append(invite(visit.client, email=typed["email"], name=typed["name"], role=role, at=visit.at))
            return ""

        visit.act(form, do)
        if made:
            return _link(visit, made[0])
        if not form.errors:
            return visit.go(reverse("portal:set-up-members"))
    context = {"title": _("New member"), "form": form}
    return visit.show("portal/set_up/member_add.html", context, status=422 if form.is_bound else 200)


@page(Permission.MEMBERS_WRITE, methods=_POST)
def member(visit: Visit, user_id: int) -> HttpResponse:
    """One member: another role, kept out or let in, another password."""
    shown = Membership.objects.select_related("user").filter(client=visit.client, user_id=user_id).first()
    if shown is None:
        raise NotFound(_("There is no such member."))
    data = visit.request.POST if visit.request.method == "POST" else None
    form = MemberForm(data, initial={"role": shown.role})
    reset: list[User] = []
    if form.is_valid():
        said = visit.act(form, lambda: _do(visit, user_id, form.cleaned_data, reset))
        if reset:
            return _link(visit, reset[0])
        if not form.errors:
            return visit.go(reverse("portal:set-up-member", args=[user_id]), said)
        shown.refresh_from_db()
    context = {
        "title": str(shown.user),
        "member": shown,
        "role_name": ROLE_NAMES[Role(shown.role)],
        "form": MemberForm(initial={"role": shown.role}),
        "refused": [error for errors in form.errors.values() for error in errors],
        "own": shown.user_id == visit.user.pk,
    }
    return visit.show("portal/set_up/member.html", context, status=422 if data is not None else 200)


def _do(visit: Visit, user_id: int, typed: dict[str, str], reset: list[User]) -> str:
    client, by = visit.client, visit.user
    if typed["action"] == "reset":
        reset.append(forget_password(client, user_id, by=by))
        return ""
    if typed["action"] == "role":
        changed = change_role(client, user_id, role=read_role(typed["role"]), by=by)
        return _("{who} is {role} now.").format(who=changed.user, role=ROLE_NAMES[Role(changed.role)])
    changed = switch_member(client, user_id, active=typed["action"] == "enable", by=by)
    if changed.user.is_active:
        return _("{who} may sign in again.").format(who=changed.user)
    return _("{who} is kept out, and signed out everywhere.").format(who=changed.user)


def _link(visit: Visit, user: User) -> HttpResponse:
    """The link, on this answer and nowhere else."""
    path = reverse("portal:welcome", args=[invitation_for(user)])
    context = {"title": str(user), "user": user, "link": visit.request.build_absolute_uri(path)}
    return visit.show("portal/set_up/member_link.html", context)
