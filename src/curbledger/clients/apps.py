from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class ClientsConfig(AppConfig):
    name = "curbledger.clients"
    label = "clients"

    def ready(self) -> None:
        """The audit's triggers follow the tables: away while migrations run, and there again after them."""
        pre_migrate.connect(_before, sender=self)
        post_migrate.connect(_after, sender=self)


def _before(plan: list[object], **_: object) -> None:
    # Here, for the settings must have been read.
    from curbledger.database.audit import drop_triggers  # noqa: PLC0415

    if plan:
        drop_triggers()


def _after(**_: object) -> None:
    from curbledger.database.audit import install_triggers  # noqa: PLC0415  # as above

    install_triggers()
