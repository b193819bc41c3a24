"""Where the set-up begins: a card for each thing that can be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from curbledger.permissions import Permission
from curbledger.portal.page import page
from curbledger.portal.set_up.lists import LISTINGS
from curbledger.portal.set_up.settings import SETTINGS

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.utils.functional import _StrPromise as Lazy

    from curbledger.portal.visit import Visit


@dataclass(frozen=True, slots=True)
class Card:
    """One page of the set-up. `icon` is a name of the Material symbols."""

    title: Lazy
    note: Lazy
    icon: str
    url: str
    permission: Permission = Permission.LISTS_WRITE


def _lists(*names: str) -> list[Card]:
    found = [(LISTINGS[name], reverse("portal:set-up-list", args=[name])) for name in names]
    return [Card(listing.title, listing.note, listing.icon, url) for listing, url in found]


def _settings(*names: str) -> list[Card]:
    found = [(SETTINGS[name], reverse(f"portal:set-up-{name}")) for name in names]
    return [Card(one.title, one.note, one.icon, url, one.permission) for one, url in found]


def _card(name: str, title: Lazy, note: Lazy, icon: str, permission: Permission) -> Card:
    return Card(title, note, icon, reverse(f"portal:{name}"), permission)


def _collections() -> list[Card]:
    what = _("What goes, what stays, which notices go when; with a look at what a change would do.")
    who = _("Who receives, and which categories are kept for whom.")
    return [
        _card("set-up-policy", _("Policy"), what, "policy", Permission.POLICY_WRITE),
        _card(
            "set-up-collections",
            _("Switch"),
            _("Whether anything goes at all."),
            "toggle_on",
            Permission.COLLECTIONS_SWITCH,
        ),
        _card("set-up-agencies", _("Agencies"), who, "handshake", Permission.AGENCIES_WRITE),
        *_settings("retention"),
    ]


def _access() -> list[Card]:
    who = _("Who signs in here, and as what.")
    what = _("What agencies and integrators call with.")
    return [
        *_settings("office"),
        _card("set-up-members", _("Members"), who, "group", Permission.MEMBERS_WRITE),
        _card("set-up-tokens", _("Tokens"), what, "key", Permission.TOKENS_WRITE),
    ]


def _groups() -> list[tuple[Lazy, list[Card]]]:
    texts = _("What mails and letters say; when they go stands in the policy.")
    picked = ("makes", "colours", "vehicle-types", "plate-types", "provinces", "user-types", "login-sources")
    return [
        (_("Collections"), _collections()),
        (_("Tickets"), [*_lists("offences", "categories", "places"), *_settings("issuing")]),
        (
            _("Notices"),
            [
                _card("notice-texts", _("Texts of notices"), texts, "edit_note", Permission.NOTICES_SEND),
                *_settings("letterhead"),
            ],
        ),
        (_("Lots and zones"), [*_lists("lots", "zones"), *_settings("lot-taxes")]),
        (_("Who may"), _access()),
        (_("What fields are picked from"), _lists(*picked)),
    ]


@page(Permission.LISTS_WRITE)
def index(visit: Visit) -> HttpResponse:
    """Every page of the set-up that this visitor may open."""
    groups = [(title, [card for card in cards if visit.may(card.permission)]) for title, cards in _groups()]
    context = {"title": gettext("Set-up"), "groups": [(title, cards) for title, cards in groups if cards]}
    return visit.show("portal/set_up/index.html", context)
