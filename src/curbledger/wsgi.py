"""The entry for WSGI servers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

from curbledger.environment import load
from curbledger.kit.addresses import caller_address, parse_networks

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curbledger.settings")

_django = get_wsgi_application()
_trusted = parse_networks(load().trusted_proxies or "")

# Knows the settings, so that it can only be imported once they are read.
from curbledger.portal.assets import assets  # noqa: E402

_assets = assets(_django)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Django's application, told which of the server's answers it is writing to.

    gunicorn drops the Connection header of an application; only its answer object can be asked to close the
    connection afterwards. It is the owner of `start_response`. Other servers have none, and nothing is lost.
    The pages' style sheets and scripts are sent without Django.
    """
    if environ.get("PATH_INFO", "").startswith(_assets.prefix):
        files: Iterable[bytes] = _assets(environ, start_response)
        return files
    if _trusted:
        # Here, so that whoever counts or writes down addresses means callers, not the proxy.
        environ["REMOTE_ADDR"] = caller_address(
            environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""), _trusted
        )
    environ["curbledger.answer"] = getattr(start_response, "__self__", None)
    return _django(environ, start_response)
