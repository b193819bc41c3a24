from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("violations", "0006_issuing")]
    operations: ClassVar = [
        migrations.AddField("violation", "recalled_at", models.DateTimeField(null=True, editable=False)),
        migrations.RemoveConstraint("act", "act_kind_is_known"),
        migrations.AddConstraint(
            "act",
            models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ("issued", "spoiled", "cancelled", "warned", "linked", "reversed", "new_cycle"))
                ),
                name="act_kind_is_known",
            ),
        ),
    ]
