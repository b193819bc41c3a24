"""Every path there is."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/", include("curbledger.wire.urls")),
    path("api/", include("curbledger.agency_api.urls")),
]
