from typing import ClassVar

from django.db import migrations

from curbledger.kit import sql

QUERIES = sql.load("curbledger.wire", "functions.sql")


class Migration(migrations.Migration):
    dependencies: ClassVar = []
    operations: ClassVar = [migrations.RunSQL(text, f"DROP FUNCTION {name}") for name, text in QUERIES.items()]
