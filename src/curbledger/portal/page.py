"""One decorator is the frame of every page: who asks, whose rows, what they may, in which language, what went wrong.

    @page(Permission.VIOLATIONS_READ)
    def violations(visit: Visit) -> HttpResponse: ...

The scope of the client is opened here and nowhere else, and is closed before the answer leaves: what a page did is
committed when it returns, and undone when it raises.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from curbledger.clients.client import Client
from curbledger.clients.membership import Membership
from curbledger.database.actor import Actor, acting
from curbledger.database.scope import client_scope
from curbledger.errors import AccessRefused, CurbledgerError
from curbledger.kit import clock
from curbledger.permissions import ROLE_PERMISSIONS, Permission, Role
from curbledger.portal import failures
from curbledger.portal.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

    from curbledger.clients.user import User

_log = logging.getLogger(__name__)

# The client that a system administrator looks at, in the session.
CHOSEN = "client"
# Who has not signed in yet.
_NOBODY = "-"
# Scripts and styles come out of the package, and nothing on a page is a script of its own: what somebody wrote into
# a ticket cannot become one.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What a view gives where its answer takes transactions of its own.

    It is made once the scope is closed, and what the view did is committed.
    """

    answer: Callable[[], HttpResponseBase]


@dataclass(frozen=True, eq=False)
class Page:
    """A view as Django calls it, with what it declared, from which tests are made."""

    view: Callable[..., HttpResponseBase | Afterwards]
    permission: Permission
    methods: tuple[str, ...]

    def __call__(self, request: HttpRequest, **captured: Any) -> HttpResponseBase:
        """Answer the request. Raises nothing: every way to fail has its page."""
        with translation.override(language_of(request)):
            return protect(self._answer(request, captured))

    def _answer(self, request: HttpRequest, captured: dict[str, Any]) -> HttpResponseBase:
        visit: Visit | None = None
        try:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if request.method not in self.methods:
                return HttpResponseNotAllowed(self.methods)
            visit = enter(request)
            if visit is None:
                return HttpResponseRedirect(reverse("portal:clients"))
            with acting(Actor.STAFF, visit.by):
                with client_scope(visit.client.pk):
                    if not visit.may(self.permission):
                        raise AccessRefused  # noqa: TRY301  # one place makes pages of errors, and it is below
                    answer = self.view(visit, **captured)
                return answer.answer() if isinstance(answer, Afterwards) else answer
        except CurbledgerError as error:
            return failures.show(request, error, visit)
        except Exception:  # noqa: BLE001  # The pages' edge: what nobody foresaw is logged, and answered too.
            _log.exception("A page failed: %s %s", request.method, request.path)
            return failures.show(request, None, visit)


def page(
    permission: Permission, *, methods: tuple[str, ...] = ("GET", "HEAD")
) -> Callable[[Callable[..., HttpResponseBase | Afterwards]], Page]:
    """Make a view a page of a client. What its path captures follows the visit."""

    def decorate(view: Callable[..., HttpResponseBase | Afterwards]) -> Page:
        return Page(view, permission, methods)

    return decorate


@dataclass(frozen=True, eq=False)
class Lobby:
    """A page of no client: signing in and out, picking a client, one's own language and password."""

    view: Callable[..., HttpResponseBase]
    methods: tuple[str, ...]
    signed_in: bool

    def __call__(self, request: HttpRequest, **captured: Any) -> HttpResponseBase:
        """Answer the request."""
        with translation.override(language_of(request)):
            if self.signed_in and not request.user.is_authenticated:
                return protect(ask_to_sign_in(request))
            if request.method not in self.methods:
                return protect(HttpResponseNotAllowed(self.methods))
            try:
                with acting(Actor.STAFF, str(getattr(request.user, "email", "")) or _NOBODY):
                    return protect(self.view(request, **captured))
            except CurbledgerError as error:
                return protect(failures.show(request, error))
            except Exception:  # noqa: BLE001  # As for a page.
                _log.exception("A page failed: %s %s", request.method, request.path)
                return protect(failures.show(request, None))


def lobby(
    *, methods: tuple[str, ...] = ("GET", "HEAD"), signed_in: bool = True
) -> Callable[[Callable[..., HttpResponseBase]], Lobby]:
    """Make a view a page of no client. It sees no client's rows."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Lobby:
        return Lobby(view, methods, signed_in)

    return decorate


def enter(request: HttpRequest) -> Visit | None:
    """Whose rows this person sees, and what they may do. None for somebody who has yet to pick a client.

    Raises AccessRefused for somebody who belongs nowhere.
    """
    user: User = request.user  # type: ignore[assignment]  # nobody else signs in
    if user.is_system_administrator:
        client = Client.objects.filter(pk=request.session.get(CHOSEN, 0)).first()
        if client is None:
            return None
        role, permissions = None, ROLE_PERMISSIONS[Role.ADMINISTRATOR]
    else:
        member = Membership.objects.select_related("client").filter(user=user).first()
        if member is None:
            raise AccessRefused(gettext("You are a member of no client. Ask your administrator."))
        client, role = member.client, Role(member.role)
        permissions = ROLE_PERMISSIONS[role]
    return Visit(request=request, user=user, client=client, role=role, permissions=permissions, at=clock.now())


def language_of(request: HttpRequest) -> str:
    """As the person chose; else as the sign-in page was read; else as the browser asks."""
    chosen: str = getattr(request.user, "language", "") or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in dict(settings.LANGUAGES):
        return chosen
    return translation.get_language_from_request(request)


def ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in page, and back here afterwards."""
    if request.headers.get("HX-Request") == "true":
        # A part of a page cannot be a sign-in: the whole page goes there.
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("portal:sign-in")})
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("portal:home")
    return redirect_to_login(back)


def protect(response: HttpResponseBase) -> HttpResponseBase:
    """What every answer says to the browser."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Frame-Options", "DENY")
    # Names and addresses stay in no cache, and "back" after signing out shows nothing.
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
    response.headers.setdefault("Vary", "Cookie, Accept-Language, HX-Request")
    if isinstance(response, HttpResponse):
        response.headers.setdefault("Content-Length", str(len(response.content)))
    return response
