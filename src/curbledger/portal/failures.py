"""What went wrong, as a page: what it was, and what to do. Never a trace."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from curbledger.errors import AccessRefused, Conflict, CurbledgerError, Invalid, NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest

    from curbledger.portal.visit import Visit

# The first family that an error belongs to.
_STATUS: tuple[tuple[type[CurbledgerError], HTTPStatus], ...] = (
    (NotFound, HTTPStatus.NOT_FOUND),
    (AccessRefused, HTTPStatus.FORBIDDEN),
    (Invalid, HTTPStatus.BAD_REQUEST),
    (Conflict, HTTPStatus.CONFLICT),
)


def show(request: HttpRequest, error: CurbledgerError | None, visit: Visit | None = None) -> HttpResponse:
    """The page of an error; None stands for one that nobody foresaw. Outside any scope."""
    status = next((status for family, status in _STATUS if isinstance(error, family)), HTTPStatus.INTERNAL_SERVER_ERROR)
    title, what = _words(status, error)
    context = {"title": title, "what": what}
    if visit is not None:
        return visit.show("portal/failure.html", context, status=status)
    return HttpResponse(render_to_string("portal/failure_alone.html", context, request), status=status)


def _words(status: HTTPStatus, error: CurbledgerError | None) -> tuple[str, str]:
    if error is None or status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return _("Something went wrong"), _("It was written down for whoever runs this server. Nothing was changed.")
    # An error without words of its own has its docstring's, which speak of tokens.
    said = error.message if error.args and error.message != (type(error).__doc__ or "").strip() else ""
    if status is HTTPStatus.FORBIDDEN:
        return _("Not for you"), said or _("Your role does not allow this. Ask your administrator.")
    if status is HTTPStatus.NOT_FOUND:
        return _("Not there"), said or _("There is no such page here.")
    return _("That cannot be done"), error.message


def no_cookie(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's answer to a form without its token: the page was old, or the browser keeps no cookie."""
    from curbledger.portal.page import language_of, protect  # noqa: PLC0415  # the frame shows failures

    with translation.override(language_of(request)):
        what = _("This form is too old, or your browser sent no cookie. Open the page again and repeat it.")
        if settings.CSRF_COOKIE_SECURE and not request.is_secure():
            what += " " + _(
                "Over plain http, browsers keep the cookies of this server back. Use https, or set CURBLEDGER_HTTPS=0 "
                "for a trial."
            )
        context = {"title": _("Please try again"), "what": what, "reason": reason}
        page = HttpResponse(render_to_string("portal/failure_alone.html", context, request), status=403)
        protect(page)
        return page
