from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "curbledger.notices"
    label = "notices"
