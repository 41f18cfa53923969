"""Keeps which faults were rehearsed, by whom and what came of it; one at a time."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0015_find_what_went_wrong_and_came_right"),
    ]

    operations = [
        migrations.CreateModel(
            name="Rehearsal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("drill", models.CharField(max_length=40)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("started_by_id", models.BigIntegerField()),
                ("until", models.DateTimeField()),
                ("fault_until", models.DateTimeField(null=True)),
                ("noticed_at", models.DateTimeField(null=True)),
                ("is_over", models.BooleanField(default=False)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by_id", models.BigIntegerField(null=True)),
                ("cleared_at", models.DateTimeField(null=True)),
                ("told", models.TextField(blank=True)),
                ("records", models.JSONField(default=list)),
                ("proof_id", models.BigIntegerField(null=True)),
            ],
            options={
                "permissions": (("rehearse", "Can break something on purpose, in a demonstration"),),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_over", False)),
                        fields=("is_over",),
                        name="operations_one_rehearsal_at_a_time",
                    )
                ],
            },
        ),
    ]
