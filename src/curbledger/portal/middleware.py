"""Django's own middleware, kept to the staff pages: a call of the API has no session, no user and no cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin

if TYPE_CHECKING:
    from django.http import HttpRequest

PAGES = "/portal/"


class OnPages(MiddlewareMixin):
    """Does nothing for a path that is no page."""

    def __call__(self, request: HttpRequest) -> Any:  # noqa: ANN401  # as Django's own
        if not request.path_info.startswith(PAGES):
            return self.get_response(request)
        return super().__call__(request)


class Sessions(OnPages, SessionMiddleware):
    """Who has signed in."""


class Authentication(OnPages, AuthenticationMiddleware):
    """The user of the session, read when first asked for."""


class Messages(OnPages, MessageMiddleware):
    """What the next page says of what was done."""


class CsrfProtection(OnPages, CsrfViewMiddleware):
    """No other site can send a form in somebody's name."""

    def process_view(self, request: HttpRequest, *view: Any) -> Any:  # noqa: ANN401  # as Django's own
        """Checks a form's token. Django calls this for every view, whatever `__call__` does."""
        if not request.path_info.startswith(PAGES):
            return None
        return super().process_view(request, *view)
