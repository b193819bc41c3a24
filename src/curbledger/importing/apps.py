from django.apps import AppConfig


class ImportingConfig(AppConfig):
    name = "curbledger.importing"
    label = "importing"
