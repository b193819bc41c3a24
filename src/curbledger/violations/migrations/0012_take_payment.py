from typing import ClassVar

from django.db import migrations

from curbledger.kit import sql

QUERIES = sql.load("curbledger.violations", "take_payment.sql")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("violations", "0011_open_debt_by_issue")]
    operations: ClassVar = [migrations.RunSQL(QUERIES["make"], "DROP FUNCTION take_payment")]
