"""Keeps the result of each nightly proof."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("operations", "0003_know_which_workers_died_and_which_jobs_are_due")]

    operations = [
        migrations.CreateModel(
            "Proof",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(null=True)),
                ("promises_count", models.PositiveIntegerField(default=0)),
                ("broken_count", models.PositiveIntegerField(default=0)),
                ("findings", models.JSONField(default=list)),
                ("acknowledged_at", models.DateTimeField(null=True)),
            ],
        )
    ]
