"""Lets a customer's words be taken out of the history, and nothing else be done to it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0016_faults_are_rehearsed_from_the_desk"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="event",
            name="append_only",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="event",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        IF TG_OP = 'UPDATE' AND current_setting('holdfast.erasing', true) = 'on'\n            AND NEW.reason IN ('', OLD.reason) AND NEW.details <@ OLD.details\n            AND to_jsonb(NEW) - '{reason,details}'::text[] = to_jsonb(OLD) - '{reason,details}'::text[]\n        THEN\n            RETURN NEW;\n        END IF;\n        RAISE EXCEPTION 'Cannot update or delete rows from % table', TG_TABLE_NAME;\n    ",
                    hash="b0b1483477e22bb3430f782ca0e07ee90acc0dbe",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_9a8f6",
                    table="operations_event",
                    when="BEFORE",
                ),
            ),
        ),
    ]
