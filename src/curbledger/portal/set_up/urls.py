"""The pages of the set-up, below /portal/set-up/."""

from __future__ import annotations

from django.urls import path

from curbledger.portal.set_up import agencies, index, listing, members, parts, policy, settings, tokens

urlpatterns = [
    path("", index.index, name="set-up"),
    path("policy", policy.policy, name="set-up-policy"),
    path("policy/preview", policy.preview, name="set-up-policy-preview"),
    path("policy/versions", policy.history, name="set-up-policy-history"),
    path("collections", policy.collections, name="set-up-collections"),
    path("agencies", agencies.agencies, name="set-up-agencies"),
    path("agencies/add", agencies.add, name="set-up-agency-add"),
    path("agencies/<int:agency_id>", agencies.agency, name="set-up-agency"),
    *(path(name, view, name=f"set-up-{name}") for name, view in settings.PAGES.items()),
    path("tokens", tokens.tokens, name="set-up-tokens"),
    path("tokens/add", tokens.add, name="set-up-token-add"),
    path("tokens/<int:token_id>", tokens.token, name="set-up-token"),
    path("members", members.members, name="set-up-members"),
    path("members/add", members.add, name="set-up-member-add"),
    path("members/<int:user_id>", members.member, name="set-up-member"),
    path("lists/<slug:listing>", listing.entries, name="set-up-list"),
    path("lists/<slug:listing>/add", listing.add, name="set-up-add"),
    path("lists/<slug:listing>/<int:entry_id>", listing.change, name="set-up-entry"),
    path("offences/<int:offence_id>/fees", parts.fees, name="set-up-fees"),
    path("lots/<int:lot_id>/zones", parts.lot_zones, name="set-up-lot-zones"),
]
