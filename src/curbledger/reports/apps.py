from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "curbledger.reports"
    label = "reports"
