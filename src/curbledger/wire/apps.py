from django.apps import AppConfig


class WireConfig(AppConfig):
    name = "curbledger.wire"
    label = "wire"
