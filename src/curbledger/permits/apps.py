from django.apps import AppConfig


class PermitsConfig(AppConfig):
    name = "curbledger.permits"
    label = "permits"
