from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("clients", "0005_audit")]
    operations: ClassVar = [
        migrations.AddField("collectionspolicy", "payments_stale_hours", models.PositiveSmallIntegerField(default=96)),
        migrations.AddField("collectionspolicy", "unsent_days", models.PositiveSmallIntegerField(default=7)),
        migrations.AddField("collectionspolicy", "missed_call_days", models.PositiveSmallIntegerField(default=2)),
    ]
