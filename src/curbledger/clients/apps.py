from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "curbledger.clients"
    label = "clients"
