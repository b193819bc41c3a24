"""The paths of the Controller API, as integrators know them. Nothing may be renamed here."""

from __future__ import annotations

from django.urls import path

from curbledger.wire.collections import send_overdue_to_collections

urlpatterns = [
    path("<str:client>/v1/violations/send_overdue_to_collections", send_overdue_to_collections),
]
