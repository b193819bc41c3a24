from typing import ClassVar

from django.db import migrations

from curbledger.database.policies import SecureClientTables

LISTS = ("zone", "lot")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("permits", "0001_initial"), ("registry", "0002_secure")]
    operations: ClassVar = [
        SecureClientTables("Zone", "Lot", "LotZone", "LotTax", "Permit", "DoNotTicket", "Alarm"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER number BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION number_lookup()",
                migrations.RunSQL.noop,
            )
            for table in LISTS
        ),
    ]
