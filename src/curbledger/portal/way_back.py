"""The way back from a ticket to the list it was found in, with what was looked for there.

It travels in the address of the ticket, as `list`. Only the list's own filters are read from it, and it only ever
stands behind the list's own path: whatever somebody writes there, it leads nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

# What the list reads from its address: the fields of its form, and the place where a page begins.
FILTERS = ("q", "state", "reason", "category", "location", "agency", "since", "until", "after")
# Longer than all filters together.
_MOST = 2000


def looked_for(request: HttpRequest) -> str:
    """What was looked for in the list that a ticket's page was reached from; empty where nothing was."""
    return kept(dict(parse_qsl(request.GET.get("list", "")[:_MOST])))


def kept(asked: Mapping[str, str]) -> str:
    """The filters among these, as a query."""
    return urlencode([(name, asked[name]) for name in FILTERS if asked.get(name)])


def carried(query: str) -> str:
    """The end of an address that keeps this in mind."""
    return f"?{urlencode({'list': query})}" if query else ""


def list_url(query: str) -> str:
    """The list, with this looked for."""
    return reverse("portal:violations") + (f"?{query}" if query else "")
