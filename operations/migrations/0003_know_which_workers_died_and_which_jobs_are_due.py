"""Lets a watch end the leases of a dead worker at once, and a job be due by our own ledger."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("operations", "0002_a_heartbeat_before_the_first_worker")]

    operations = [
        migrations.RenameField("workerheartbeat", "cluster", "process_space"),
        migrations.AddField("workerheartbeat", "gone_at", models.DateTimeField(null=True, editable=False)),
        migrations.AddField(
            "scheduledjob", "next_at", models.DateTimeField(default=django.utils.timezone.now)
        ),
    ]
