"""The paths of the agency's API, each behind its edge."""

from __future__ import annotations

from django.urls import path

from curbledger.agency_api.api import nothing_here, routes
from curbledger.agency_api.edge import Edge

_ROOT = "<str:client>/v1/collections/"

urlpatterns = [
    *(path(f"{_ROOT}{route.pattern}", Edge(route.callback)) for route in routes()),
    # Last: what else stands there has the one body too.
    *(path(f"{_ROOT.rstrip('/')}{rest}", Edge(nothing_here)) for rest in ("", "/", "/<path:rest>")),
]
