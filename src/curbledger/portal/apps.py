from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "curbledger.portal"
    label = "portal"
