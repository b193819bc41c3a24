from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("clients", "0009_tokens_and_members")]
    operations: ClassVar = [
        migrations.AddField("collectionspolicy", "second_person", models.BooleanField(default=False)),
        migrations.AddField("collectionspolicy", "guard_payment_hours", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField(
            "collectionspolicy", "guard_factor", models.DecimalField(max_digits=5, decimal_places=2, null=True)
        ),
        migrations.AddConstraint(
            "collectionspolicy",
            models.CheckConstraint(
                condition=models.Q(guard_factor__isnull=True) | models.Q(guard_factor__gte=1),
                name="collections_policy_guard_factor_is_a_multiple",
            ),
        ),
    ]
