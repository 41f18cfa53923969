"""Whoever looks at a paused channel sees who to ask."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0006_what_is_late_is_found_among_reminders")]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="paused_by_id",
            field=models.BigIntegerField(blank=True, null=True),
        )
    ]
