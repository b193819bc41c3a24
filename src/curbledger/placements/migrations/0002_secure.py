from typing import ClassVar

from django.db import migrations

from curbledger.database.policies import SecureClientTables


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("placements", "0001_initial"),
        ("clients", "0002_secure"),
        ("violations", "0002_secure"),
    ]
    operations: ClassVar = [
        SecureClientTables(
            "Agency",
            "AgencyCategory",
            "AgencyToken",
            "Batch",
            "Revision",
            "Chunk",
            "Placement",
            "IdempotencyKey",
        ),
        # The bytes are compressed already; PostgreSQL need not try again.
        migrations.RunSQL("ALTER TABLE batch_chunk ALTER COLUMN body SET STORAGE EXTERNAL", migrations.RunSQL.noop),
    ]
