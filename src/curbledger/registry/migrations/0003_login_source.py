from typing import ClassVar

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

from curbledger.database.policies import SecureClientTables


class Migration(migrations.Migration):
    dependencies: ClassVar = [("clients", "0002_secure"), ("registry", "0002_secure")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="LoginSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=20)),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
            ],
            options={
                "db_table": "login_source",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("client"),
                        django.db.models.functions.text.Lower("name"),
                        name="login_source_name_is_unique",
                    )
                ],
            },
        ),
        SecureClientTables("LoginSource"),
    ]
