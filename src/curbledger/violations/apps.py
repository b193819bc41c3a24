from django.apps import AppConfig


class ViolationsConfig(AppConfig):
    name = "curbledger.violations"
    label = "violations"
