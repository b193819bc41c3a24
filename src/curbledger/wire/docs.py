"""The document of the API, and the page that shows it and lets one try. Everything comes from this server."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseNotFound
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from curbledger.wire import cors
from curbledger.wire.joined import joined

if TYPE_CHECKING:
    from django.http import HttpRequest

# Swagger UI's files come with django-ninja; what starts it is ours. Nothing else can be asked for.
_FILES = {
    "swagger-ui.css": ("ninja", "static/ninja/swagger-ui.css", "text/css"),
    "swagger-ui-bundle.js": ("ninja", "static/ninja/swagger-ui-bundle.js", "text/javascript"),
    "start.js": ("curbledger.wire", "page/start.js", "text/javascript"),
}
# Only this host, no inline script, no inline style, no frame. Swagger UI's style sheet has its icons as data.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HOUR = "public, max-age=3600"


@require_safe
@gzip_page
def openapi(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  The same for everybody.
    """The OpenAPI document."""
    response = HttpResponse(_document(), content_type="application/json", headers={"Cache-Control": _HOUR})
    cors.let_browsers_read(response)
    return response


@require_safe
def page(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  The same for everybody.
    """Swagger UI."""
    return HttpResponse(
        _read("curbledger.wire", "page/index.html"),
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": _POLICY, "Cache-Control": _HOUR},
    )


@require_safe
@gzip_page
def page_file(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001  The same for everybody.
    """One of the files of the page."""
    found = _FILES.get(name)
    if found is None:
        return HttpResponseNotFound()
    package, path, kind = found
    return HttpResponse(_read(package, path), content_type=f"{kind}; charset=utf-8", headers={"Cache-Control": _HOUR})


@cache
def _document() -> bytes:
    return json.dumps(joined(), ensure_ascii=False).encode()


@cache
def _read(package: str, path: str) -> bytes:
    return files(package).joinpath(path).read_bytes()
