from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    name = "curbledger.placements"
    label = "placements"
