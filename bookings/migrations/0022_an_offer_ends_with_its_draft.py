"""Has the database refuse that a held time goes anywhere while its offer is open."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("bookings", "0021_messages_are_of_one")]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="booking",
            trigger=pgtrigger.compiler.Trigger(
                name="offer_ends_with_its_draft",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"status\" = 'draft' AND NOT (NEW.\"status\" = 'draft'))",
                    constraint="CONSTRAINT",
                    func="\n            IF EXISTS (SELECT 1 FROM bookings_waitentry WHERE booking_id = NEW.id AND status = 'offered') THEN\n                RAISE EXCEPTION 'bookings_booking %: its offer is still open', NEW.id\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'bookings_offer_ends_with_its_draft';\n            END IF;\n            RETURN NULL;\n        ",
                    hash="10e587bdc17f7cde6e94d51e3b3bc246db9a2b89",
                    operation='UPDATE OF "status"',
                    pgid="pgtrigger_offer_ends_with_its_draft_b2c64",
                    table="bookings_booking",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
    ]
