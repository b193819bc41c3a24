"""Entries are written by triggers alone, and no table of a client is emptied past them."""

from django.db import migrations

from curbledger.database.audit import GUARDS, functions


class Migration(migrations.Migration):
    dependencies = [("clients", "0006_attention")]

    operations = [
        *(migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in functions(GUARDS)),
        migrations.RunSQL(
            # After, so that row-level security has its say first; at depth 0 no trigger is at work.
            "CREATE TRIGGER only_by_triggers AFTER INSERT ON audit_entry"
            " FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION audit_only_by_triggers()",
            migrations.RunSQL.noop,
        ),
    ]
