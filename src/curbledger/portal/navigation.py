"""What stands in the bar at the side: each page that can be gone to, by what it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from curbledger.permissions import Permission

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Lazy

    from curbledger.portal.visit import Visit


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the bar. `icon` is a name of the Material symbols."""

    name: str
    title: Lazy
    icon: str
    permission: Permission


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one visitor sees it."""

    url: str
    title: Lazy
    icon: str
    here: bool


ENTRIES: tuple[Entry, ...] = (
    Entry("portal:home", _("Today"), "monitoring", Permission.VIOLATIONS_READ),
    Entry("portal:violations", _("Violations"), "receipt_long", Permission.VIOLATIONS_READ),
    Entry("portal:issue", _("Issue a ticket"), "add_notes", Permission.VIOLATIONS_ISSUE),
    Entry("portal:workbench", _("Workbench"), "send", Permission.BATCHES_HAND_OVER),
    Entry("portal:batches", _("Batches"), "inventory_2", Permission.BATCHES_HAND_OVER),
    Entry("portal:people", _("People and vehicles"), "group", Permission.PEOPLE_READ),
    Entry("portal:notices", _("Notices"), "outgoing_mail", Permission.NOTICES_SEND),
    Entry("portal:reports", _("Reports"), "bar_chart", Permission.REPORTS_READ),
    Entry("portal:notice-texts", _("Texts of notices"), "edit_note", Permission.NOTICES_SEND),
    Entry("portal:imports", _("Imports"), "upload_file", Permission.IMPORTS_RUN),
    Entry("portal:audit", _("Audit"), "history", Permission.AUDIT_READ),
    Entry("portal:set-up", _("Set-up"), "settings", Permission.LISTS_WRITE),
)


def navigation_for(visit: Visit) -> list[Link]:
    """The pages that this visitor may open. The longest that the address begins with is where they are."""
    found = [(reverse(entry.name), entry) for entry in ENTRIES if visit.may(entry.permission)]
    path = visit.request.path
    # Every address begins with that of the first page.
    home = reverse("portal:home")
    here = max(
        (url for url, _entry in found if (path == url if url == home else path.startswith(url))), key=len, default=None
    )
    return [Link(url, entry.title, entry.icon, url == here) for url, entry in found]
