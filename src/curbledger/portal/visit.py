"""One request of somebody who may be there: who, for which client, as what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from curbledger.clients.once import DoneAlready, spend
from curbledger.database.scope import client_scope
from curbledger.errors import CurbledgerError
from curbledger.permissions import Permission, Role
from curbledger.portal.navigation import navigation_for
from curbledger.portal.words import ROLE_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from django.http import HttpRequest

    from curbledger.clients.client import Client
    from curbledger.clients.user import User
    from curbledger.portal.forms import ActForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Handed to every page, inside the client's scope. `role` is None for a system administrator."""

    request: HttpRequest
    user: User
    client: Client
    role: Role | None
    permissions: frozenset[Permission]
    at: datetime

    @property
    def by(self) -> str:
        """Who does it, for the records."""
        return self.user.email

    @property
    def role_name(self) -> str:
        """The role in words."""
        return str(ROLE_NAMES[self.role])

    @property
    def wants_part(self) -> bool:
        """Whether htmx asks for the part of the page that changes."""
        return self.request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in (
            self.request.headers
        )

    def may(self, permission: Permission) -> bool:
        """Whether this person may do that here."""
        return permission in self.permissions

    def show(self, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
        """A page, rendered here and now, while the client's rows can be read."""
        shown = {"visit": self, "navigation": navigation_for(self), **self._may(), **(context or {})}
        return HttpResponse(render_to_string(template, shown, self.request), status=status)

    def go(self, url: str, said: str = "") -> HttpResponse:
        """On to another page, which begins with what was done."""
        if said:
            messages.success(self.request, said)
        return HttpResponseRedirect(url)

    def act(self, form: ActForm, do: Callable[[], str]) -> str:
        """Do what a checked form asks for, once, and whole or not at all. Gives what `do` says of it.

        What the domain refuses is undone and stands in the form's errors. What was done already by the same form is
        not done again, and the next page says so.
        """
        try:
            with client_scope(self.client.pk):
                spend(self.client, form.cleaned_data["form_key"], at=self.at, by=self.by)
                return do()
        except DoneAlready:
            messages.info(self.request, _("This was done already; it was not done again."))
        except CurbledgerError as error:
            form.refuse(error)
        return ""

    def _may(self) -> dict[str, Any]:
        """`may.violations_adjust`, for templates."""
        return {"may": {permission.name.lower(): permission in self.permissions for permission in Permission}}
