"""The desk draws how much went wrong and came right, and counts repeats, without reading what went well."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

TROUBLE = ("bounced", "dead", "failed", "held", "unknown")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("operations", "0014_find_what_was_refused_about_a_record")]

    operations = [
        AddIndexConcurrently(
            "event",
            models.Index(
                fields=["at", "id"],
                condition=models.Q(to_status__in=TROUBLE) & ~models.Q(from_status__in=TROUBLE),
                name="operations_event_wrong",
            ),
        ),
        AddIndexConcurrently(
            "event",
            models.Index(
                fields=["at", "id"],
                condition=models.Q(from_status__in=TROUBLE) & ~models.Q(to_status__in=TROUBLE),
                name="operations_event_right",
            ),
        ),
        AddIndexConcurrently(
            "intent",
            models.Index(
                fields=["created_at"], condition=models.Q(repeats__gt=0), name="operations_intent_repeated"
            ),
        ),
    ]
