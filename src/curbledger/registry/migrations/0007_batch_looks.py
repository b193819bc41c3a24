from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("registry", "0006_find_people")]
    operations: ClassVar = [
        migrations.RemoveConstraint("personaldataaccess", "personal_data_access_is_of_something"),
        migrations.AddConstraint(
            "personaldataaccess",
            models.CheckConstraint(
                condition=models.Q(what__in=("profile", "list", "ticket", "notice", "letters", "batch")),
                name="personal_data_access_is_of_something",
            ),
        ),
    ]
