"""Violations: found, and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curbledger.permissions import Permission
from curbledger.portal.page import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from curbledger.portal.visit import Visit


@page(Permission.VIOLATIONS_READ)
def violations(visit: Visit) -> HttpResponse:
    """The list."""
    return visit.show("portal/violations.html", {"title": "x"})
