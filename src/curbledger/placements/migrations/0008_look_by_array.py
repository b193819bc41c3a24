from typing import ClassVar

from django.db import migrations

from curbledger.database.policies import REFERENCES

_POINTS_AT = {"violation_id": "violation", "revision_id": "batch_revision"}


class Migration(migrations.Migration):
    dependencies: ClassVar = [("placements", "0007_by_staff")]
    operations: ClassVar = [
        # In a list, each is run as it stands: a percent sign in a function is one.
        migrations.RunSQL(
            [
                (REFERENCES["look"].format(table="placement", column=column, target=target), None)
                for column, target in _POINTS_AT.items()
            ],
            migrations.RunSQL.noop,
        ),
    ]
