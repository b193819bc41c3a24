"""The paths of the Controller API, as integrators know them. Nothing may be renamed here."""

from __future__ import annotations

from django.urls import path, register_converter

from curbledger.wire import docs, lots, permits, plates, profiles, vehicles
from curbledger.wire.collections import send_overdue_to_collections
from curbledger.wire.missing import missing_client


class PlateConverter:
    """What stands for a plate in a path: anything, a slash and a line break too, which Django's own do not take."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(PlateConverter, "plate")

urlpatterns = [
    path("docs", docs.page),
    path("docs/<str:name>", docs.page_file),
    path("openapi.json", docs.openapi),
    path("<str:client>/v1/violations/send_overdue_to_collections", send_overdue_to_collections),
    path("<str:client>/v1/permits/push", permits.push),
    path("<str:client>/v1/permits/update", permits.update),
    path("<str:client>/v1/permits/delete", permits.delete),
    path("<str:client>/v1/permits/stats", permits.stats),
    path("<str:client>/v1/permits/lot-values", lots.lot_values),
    path("<str:client>/v1/profiles/push", profiles.push),
    path("<str:client>/v1/profiles/types/list", profiles.list_types),
    path("<str:client>/v1/vehicles/push", vehicles.push),
    # The client stands in the body.
    path("v1/validate/plate", plates.validate),
    # One that is missing is complained of as such.
    path("<str:client>/v1/validate/plate/<plate:plate>", plates.validate_in_path),
    path("<str:client>/v1/validate/plate/", plates.validate_in_path, {"plate": ""}),
    path("<str:client>/v1/validate/plate", plates.validate_in_path, {"plate": ""}),
    # Last: what is left of a path where the code is missing.
    path("v1", missing_client),
    path("v1/<path:rest>", missing_client),
    path("/v1/<path:rest>", missing_client),
]
