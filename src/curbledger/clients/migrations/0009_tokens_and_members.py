from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

import curbledger.database.fields


class Migration(migrations.Migration):
    dependencies: ClassVar = [("clients", "0008_policy_reason")]
    operations: ClassVar = [
        migrations.AddField("user", "sessions_ended", models.PositiveIntegerField(default=0)),
        migrations.AddField(
            "apitoken",
            "replaces",
            curbledger.database.fields.ClientForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="clients.apitoken",
            ),
        ),
        migrations.AddConstraint(
            "apitoken",
            models.UniqueConstraint(models.F("client"), models.F("replaces"), name="api_token_is_replaced_once"),
        ),
        migrations.RunSQL(
            "ALTER TABLE api_token ADD CONSTRAINT api_token_replaces_id_fkey"
            " FOREIGN KEY (client_id, replaces_id) REFERENCES api_token (client_id, id)",
            migrations.RunSQL.noop,
        ),
    ]
