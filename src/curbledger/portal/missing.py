"""What answers where no page is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curbledger.errors import NotFound
from curbledger.permissions import Permission
from curbledger.portal.page import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from curbledger.portal.visit import Visit


@page(Permission.VIOLATIONS_READ, methods=("GET", "HEAD", "POST"))
def nothing_here(_visit: Visit, rest: str) -> HttpResponse:  # noqa: ARG001  # whatever it is
    """Says that there is no such page. Who has not signed in is asked to, and learns nothing. Raises NotFound."""
    raise NotFound
