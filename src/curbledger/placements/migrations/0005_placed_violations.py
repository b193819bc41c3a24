from typing import ClassVar

import django.db.models.deletion
from django.db import migrations

from curbledger.database.fields import StatementForeignKey
from curbledger.database.policies import looked_at_by_statement


class Migration(migrations.Migration):
    dependencies: ClassVar = [("placements", "0004_recall"), ("violations", "0007_recall")]
    operations: ClassVar = [
        migrations.AlterField(
            "placement",
            "violation",
            StatementForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="violations.violation",
            ),
        ),
        migrations.RunSQL("ALTER TABLE placement DROP CONSTRAINT placement_violation_id_fkey"),
        # In a list, each is run as it stands: a percent sign in a function is one.
        migrations.RunSQL(
            [(statement, None) for statement in looked_at_by_statement("placement", "violation_id", "violation")]
        ),
    ]
