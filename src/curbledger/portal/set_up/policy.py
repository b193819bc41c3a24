"""The policy: what it says, what a change would do before it is made, and every version that there was."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _

from curbledger.clients.policy import (
    CollectionsPolicy,
    change_policy,
    current_policy,
    policy_of,
    policy_with,
)
from curbledger.errors import CurbledgerError
from curbledger.permissions import Permission
from curbledger.placements.compare import MOST, compare
from curbledger.placements.switch import foresee, switch_collections
from curbledger.portal.forms import ActForm
from curbledger.portal.page import page
from curbledger.portal.set_up.policy_form import PolicyForm
from curbledger.portal.set_up.policy_words import EVERY_REASON, changes_in_words

if TYPE_CHECKING:
    from django.http import HttpResponse

    from curbledger.placements.preview import Heap
    from curbledger.portal.visit import Visit

_POST = ("GET", "HEAD", "POST")
# Versions that one page shows.
_PAGE = 20
# Digits that no version has.
_ENDLESS = 9


@page(Permission.POLICY_WRITE, methods=_POST)
def policy(visit: Visit) -> HttpResponse:
    """The policy in force as a form; sent, a new version."""
    data = visit.request.POST if visit.request.method == "POST" else None
    newest = current_policy()
    base = newest if data is None else _base(data.get("base", "")) or newest
    form = PolicyForm(data, policy=base)
    context: dict[str, Any] = {"title": _("Policy"), "policy": newest}
    if form.is_valid():
        changes = form.changes(base)
        if data is not None and data.get("action") == "look":
            context |= _foreseen(visit, form, newest, changes)
        elif not changes:
            form.add_error(None, _("Nothing was changed."))
        else:
            said = visit.act(form, lambda: _save(visit, base, form.cleaned_data["reason"], changes))
            if not form.errors:
                return visit.go(reverse("portal:set-up-policy"), said)
            newest = current_policy()
            if newest.version != base.version:
                # What others changed is taken over, what was typed here stays: to be checked, and saved again.
                context["meanwhile"] = changes_in_words(base, newest, visit.client.currency)
                context["policy"] = newest
                form = PolicyForm(None, policy=policy_with(newest, **changes))
                form.initial["reason"] = data.get("reason", "") if data is not None else ""
    return visit.show("portal/set_up/policy.html", {**context, "form": form}, status=_status(form, context))


@page(Permission.POLICY_WRITE, methods=("POST",))
def preview(visit: Visit) -> HttpResponse:
    """A part of the page: what would be, with what stands in the form now."""
    newest = current_policy()
    base = _base(visit.request.POST.get("base", "")) or newest
    form = PolicyForm(visit.request.POST, policy=base)
    seen: dict[str, Any] = {"faulty": True}
    if form.is_valid():
        seen = _foreseen(visit, form, newest, form.changes(base))
    return visit.show("portal/set_up/_foreseen.html", seen)


@page(Permission.POLICY_WRITE)
def history(visit: Visit) -> HttpResponse:
    """Every version, newest first, with who, when, why, and what it changed."""
    before = visit.request.GET.get("before", "")
    versions = CollectionsPolicy.objects.order_by("-version")
    if before.isascii() and before.isdigit() and len(before) < _ENDLESS:
        versions = versions.filter(version__lt=int(before))
    found = list(versions[: _PAGE + 1])
    pairs = [*pairwise(found), *([(found[-1], None)] if len(found) <= _PAGE and found else [])]
    lines = [
        (one, [] if earlier is None else changes_in_words(earlier, one, visit.client.currency))
        for one, earlier in pairs
    ]
    following = found[_PAGE - 1].version if len(found) > _PAGE else None
    context = {"title": _("Versions of the policy"), "versions": lines, "next": following}
    return visit.show("portal/set_up/policy_history.html", context)


class SwitchForm(ActForm):
    """How the switch is to stand."""

    to = forms.ChoiceField(choices=[("on", ""), ("off", "")], widget=forms.HiddenInput)


@page(Permission.COLLECTIONS_SWITCH, methods=_POST)
def collections(visit: Visit) -> HttpResponse:
    """The switch: says count and total before anything goes."""
    form = SwitchForm(visit.request.POST if visit.request.method == "POST" else None)
    if form.is_valid():
        on = form.cleaned_data["to"] == "on"

        def do() -> str:
            switch_collections(visit.client, on=on)
            return _("Collections are on.") if on else _("Collections are off. Nothing goes until they are on again.")

        said = visit.act(form, do)
        if not form.errors:
            return visit.go(reverse("portal:set-up-collections"), said)
    context = {
        "title": _("Collections"),
        "form": form,
        "key": SwitchForm()["form_key"].value(),
        "foreseen": foresee(visit.client, at=visit.at),
    }
    return visit.show("portal/set_up/collections.html", context, status=422 if form.is_bound else 200)


def _base(text: str) -> CollectionsPolicy | None:
    return policy_of(int(text)) if text.isascii() and text.isdigit() and len(text) < _ENDLESS else None


def _status(form: PolicyForm, context: dict[str, Any]) -> int:
    return 422 if form.errors or "meanwhile" in context else 200


def _save(visit: Visit, base: CollectionsPolicy, reason: str, changes: dict[str, Any]) -> str:
    made = change_policy(
        client_id=visit.client.pk, at=visit.at, by=visit.by, based_on=base.version, reason=reason, **changes
    )
    return _("Version {version} of the policy is in force.").format(version=made.version)


def _foreseen(visit: Visit, form: PolicyForm, newest: CollectionsPolicy, changes: dict[str, Any]) -> dict[str, Any]:
    """What the change would do to the tickets as they are."""
    try:
        changed = policy_with(newest, **changes)
    except CurbledgerError as error:
        form.refuse(error)
        return {"faulty": True}
    found = compare(visit.client, changed, at=visit.at)
    return {
        "found": found,
        "most": MOST,
        "changed": changes_in_words(newest, changed, visit.client.currency),
        "begins": _by_reason(found.begins_by),
        "ends": _by_reason(found.ends_by),
    }


def _by_reason(heaps: dict[str, Heap]) -> list[tuple[str, Heap]]:
    ordered = sorted(heaps.items(), key=lambda one: -one[1].count)
    return [(str(EVERY_REASON.get(reason, reason)), heap) for reason, heap in ordered]
