"""Finds what staff did among what workers did, for the log of a shift; built while work goes on."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("operations", "0008_one_remedy_over_many_records")]

    operations = [
        AddIndexConcurrently(
            "event",
            models.Index(fields=["-at"], condition=models.Q(actor="staff"), name="operations_event_staff"),
        ),
        AddIndexConcurrently(
            "recoveryattempt",
            models.Index(fields=["-at"], condition=models.Q(actor="staff"), name="operations_recovery_staff"),
        ),
    ]
