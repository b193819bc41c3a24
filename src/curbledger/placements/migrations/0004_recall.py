from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("placements", "0003_retention"), ("violations", "0007_recall")]
    operations: ClassVar = [
        migrations.AddField("placement", "ended_by", models.CharField(max_length=254, null=True)),
    ]
