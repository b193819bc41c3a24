from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("clients", "0007_audit_guards")]
    operations: ClassVar = [
        migrations.AddField("collectionspolicy", "reason", models.CharField(default="", max_length=1000)),
    ]
