from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "curbledger.registry"
    label = "registry"
