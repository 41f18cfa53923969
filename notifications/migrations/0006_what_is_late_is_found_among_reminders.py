"""Reminders wait for their time by the hundred thousand: what is late is found without reading them all."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0006_providers_report")]

    operations = [
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["next_at"], name="notifications_next"
            ),
        ),
    ]
