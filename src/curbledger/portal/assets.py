"""Style sheets, scripts and fonts, straight out of the installed packages: nothing is collected or built."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from whitenoise import WhiteNoise

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_PACKAGES = ("django.contrib.admin", "unfold", "curbledger.portal")
# After that a browser asks whether a file changed, which costs a few bytes where it did not.
_MAX_AGE = 10 * 60


class Assets(WhiteNoise):  # type: ignore[misc]  # ships no types
    """The files below one path."""

    prefix = settings.STATIC_URL


def assets(application: WSGIApplication) -> Assets:
    """The server of files in front of `application`, which answers for what is none of them."""
    server = Assets(application, max_age=_MAX_AGE, autorefresh=False)
    for name in _PACKAGES:
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            server.add_files(str(Path(spec.origin).with_name("static")), prefix=Assets.prefix)
    return server
