"""Finds the failures of an incident by index; built while attempts go on being written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("operations", "0005_what_people_agree_and_what_fails_alike")]

    operations = [
        AddIndexConcurrently(
            "attempt",
            models.Index(
                fields=["fingerprint", "failed_at"],
                condition=models.Q(fingerprint__isnull=False),
                name="operations_attempt_fingerprint",
            ),
        )
    ]
