"""The wording of settled reports is emptied after a while: those that still have one are found by an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0009_what_is_open_is_found_by_harm")]

    operations = [
        AddIndexConcurrently(
            model_name="providerevent",
            index=models.Index(
                condition=models.Q(
                    ("fate__in", ("applied", "no_news", "closed")), models.Q(("raw", ""), _negated=True)
                ),
                fields=["received_at"],
                name="notifications_report_raw",
            ),
        ),
    ]
