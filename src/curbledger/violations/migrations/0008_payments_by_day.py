from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("violations", "0007_recall")]
    operations: ClassVar = [
        migrations.AddIndex("payment", models.Index("client", "created_at", name="payment_by_record")),
        migrations.AddIndex("payment", models.Index("client", "paid_at", "id", name="payment_by_day")),
    ]
