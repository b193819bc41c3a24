from typing import ClassVar

from django.db import migrations

from curbledger.database.policies import SecureClientTables
from curbledger.kit import sql

QUERIES = sql.load("curbledger.registry", "registry.sql")
LISTS = ("make", "colour", "vehicle_type", "plate_type", "province", "user_type")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("registry", "0001_initial")]
    operations: ClassVar = [
        SecureClientTables(
            "LookupCounter",
            "Make",
            "Colour",
            "VehicleType",
            "PlateType",
            "Province",
            "UserType",
            "Person",
            "Vehicle",
            "Driver",
        ),
        migrations.RunSQL(QUERIES["number_lookups"], migrations.RunSQL.noop),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER number BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION number_lookup()",
                migrations.RunSQL.noop,
            )
            for table in LISTS
        ),
    ]
