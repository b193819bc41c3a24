from typing import ClassVar

from django.db import migrations, models
from django.db.models.functions import Coalesce

from curbledger.registry.person import NameKey


def _key(name: str) -> models.GeneratedField:
    return models.GeneratedField(
        db_persist=True,
        expression=NameKey(Coalesce(name, models.Value(""))),
        output_field=models.CharField(db_collation="C", max_length=200),
    )


class Migration(migrations.Migration):
    # A generated column's rule cannot be changed everywhere, so both are made anew.
    dependencies: ClassVar = [("registry", "0008_audit_is_a_look")]
    operations: ClassVar = [
        migrations.RemoveIndex("person", "person_by_name"),
        migrations.RemoveField("person", "last_key"),
        migrations.RemoveField("person", "first_key"),
        migrations.AddField("person", "last_key", _key("last_name")),
        migrations.AddField("person", "first_key", _key("first_name")),
        migrations.AddIndex(
            "person",
            models.Index(
                models.F("client"), models.F("last_key"), models.F("first_key"), models.F("id"), name="person_by_name"
            ),
        ),
    ]
