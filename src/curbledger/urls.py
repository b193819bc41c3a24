"""Every path there is."""

from __future__ import annotations

from django.urls import include, path, re_path

from curbledger.wire.missing import missing_client, unknown_path

urlpatterns = [
    path("api/", include("curbledger.wire.urls")),
    path("api/", include("curbledger.agency_api.urls")),
    # Last of these: integrators are answered in one way, whatever they call.
    re_path(r"^api/?\Z", missing_client),
    # With line breaks too, which no converter takes.
    re_path(r"^api/(?P<rest>[\s\S]*)", unknown_path),
    path("portal/", include("curbledger.portal.urls")),
]
