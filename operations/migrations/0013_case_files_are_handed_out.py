"""Keeps who took everything that is known about a record, when and why."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0012_somebody_has_seen_an_alert"),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_model", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                (
                    "variant",
                    models.CharField(
                        choices=[("customer", "For the customer"), ("complete", "Complete")], max_length=12
                    ),
                ),
                ("reason", models.TextField()),
                ("user_id", models.BigIntegerField(null=True)),
                ("source", models.CharField(max_length=12)),
                ("request_id", models.UUIDField(null=True)),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "permissions": (("export_history", "Can export everything known about a record"),),
                "indexes": [
                    models.Index(
                        fields=["subject_model", "subject_id", "-at"], name="operations_export_subject"
                    ),
                    models.Index(fields=["-at"], name="operations_export_at"),
                ],
            },
        ),
    ]
