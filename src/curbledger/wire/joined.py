"""The document of the page: the Controller API, and what settings name beside it.

The other APIs of a client stand beside the wire and not below it; so they are told by name, as the records' printer
is. Each description has paths, tags and schemas, and uses the wire's way to sign in.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from curbledger.wire.openapi import document


@cache
def joined() -> dict[str, Any]:
    """Every call there is. The same until the server is another version."""
    whole = document()
    schemas = dict(whole["components"]["schemas"])
    paths, tags = dict(whole["paths"]), list(whole["tags"])
    for name in settings.API_DESCRIPTIONS:
        other = import_string(name)()
        if doubled := (other["paths"].keys() & paths.keys()) | (other["components"]["schemas"].keys() & schemas.keys()):
            raise ValueError(f"{name} describes what is described already: {', '.join(sorted(doubled))}")
        paths |= other["paths"]
        schemas |= other["components"]["schemas"]
        tags += other["tags"]
    return {**whole, "paths": paths, "tags": tags, "components": {**whole["components"], "schemas": schemas}}
