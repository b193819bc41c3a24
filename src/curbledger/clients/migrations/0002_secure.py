from typing import ClassVar

from django.db import migrations

from curbledger.database.policies import SecureClientTables


class Migration(migrations.Migration):
    dependencies: ClassVar = [("clients", "0001_initial")]
    operations: ClassVar = [SecureClientTables("CollectionsPolicy", "ApiToken")]
