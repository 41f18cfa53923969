"""Finds the refused requests about a record by index; built while requests go on being refused."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("operations", "0013_case_files_are_handed_out")]

    operations = [
        AddIndexConcurrently(
            "refused",
            models.Index(fields=["subject_model", "subject_id"], name="operations_refused_subject"),
        )
    ]
