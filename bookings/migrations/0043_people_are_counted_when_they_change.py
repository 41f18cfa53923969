import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0042_message_texts_have_a_plural"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="booking",
            name="session_follows",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="booking",
            trigger=pgtrigger.compiler.Trigger(
                name="session_follows",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF TG_OP = 'UPDATE' THEN\n                PERFORM bookings_refresh_session(s.id) FROM (\n                    SELECT OLD.session_id AS id WHERE OLD.session_id <> NEW.session_id\n                        OR (OLD.status IN ('draft', 'submitted', 'accepted', 'in_progress', 'completed')) <> (NEW.status IN ('draft', 'submitted', 'accepted', 'in_progress', 'completed'))\n                    UNION\n                    SELECT NEW.session_id WHERE OLD.session_id <> NEW.session_id OR OLD.people <> NEW.people\n                ) AS s ORDER BY s.id;\n            ELSE\n                PERFORM bookings_refresh_session(NEW.session_id);\n            END IF;\n            RETURN NULL;\n        ",
                    hash="9f1cc275a68f05daf3ed014cb6b8cb6759797011",
                    operation='INSERT OR UPDATE OF "status", "session_id", "people"',
                    pgid="pgtrigger_session_follows_f37df",
                    table="bookings_booking",
                    when="AFTER",
                ),
            ),
        ),
    ]
