from typing import ClassVar

from django.db import migrations

from curbledger.database.policies import SecureClientTables
from curbledger.kit import sql

QUERIES = sql.load("curbledger.violations", "triggers.sql")
LISTS = ("category", "location", "offence")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("violations", "0001_initial"), ("registry", "0002_secure")]
    operations: ClassVar = [
        SecureClientTables(
            "Category",
            "Location",
            "Offence",
            "Violation",
            "Detail",
            "Attachment",
            "Payment",
            "Fee",
            "Discount",
            "Adjustment",
            "Hold",
            "Appeal",
            "Notice",
        ),
        *(migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in QUERIES.values()),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER number BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION number_lookup()",
                migrations.RunSQL.noop,
            )
            for table in LISTS
        ),
    ]
