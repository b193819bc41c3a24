"""Only the edges know HTTP. Import-linter sees Django as one module, so that this is a rule of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.lint.source import PACKAGE, Finding, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

_EDGES = ("agency_api", "cli", "lengths.py", "portal", "refusal.py", "settings.py", "urls.py", "wire", "wsgi.py")
_HTTP = ("django.core.handlers", "django.http", "django.shortcuts", "django.urls", "django.views")


def http(source: Source) -> Iterator[Finding]:
    """Find imports of Django's HTTP modules outside the edges."""
    if not source.is_under(str(PACKAGE)) or source.is_under(*(f"{PACKAGE}/{edge}" for edge in _EDGES)):
        return
    for node, name in source.imports():
        if any(name == module or name.startswith(f"{module}.") for module in _HTTP):
            yield source.find(node, f"{name} is HTTP, and only the edges know it: {', '.join(_EDGES)}")
