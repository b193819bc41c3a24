from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

import curbledger.database.fields
from curbledger.database.policies import SecureClientTables


def _client() -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.client"
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [("clients", "0002_secure"), ("placements", "0002_secure")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("erased_at", models.DateTimeField()),
                ("client", _client()),
                (
                    "revision",
                    curbledger.database.fields.ClientForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="placements.revision",
                    ),
                ),
            ],
            options={
                "db_table": "batch_erasure",
                "constraints": [models.UniqueConstraint(fields=("client", "revision"), name="erasure_is_once")],
            },
        ),
        migrations.CreateModel(
            name="Retention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("days", models.PositiveIntegerField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.CharField(max_length=200)),
                ("client", _client()),
            ],
            options={
                "db_table": "retention",
                "constraints": [models.UniqueConstraint(fields=("client",), name="retention_is_once")],
            },
        ),
        SecureClientTables("Erasure", "Retention"),
    ]
