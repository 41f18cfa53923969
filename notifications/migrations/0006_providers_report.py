"""What mail providers report about our messages."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0005_held_messages_are_found_by_channel"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProviderEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=30)),
                ("event_id", models.CharField(max_length=255)),
                ("kind", models.CharField(max_length=30)),
                ("uid", models.UUIDField(blank=True, null=True)),
                ("message_id", models.CharField(blank=True, max_length=255)),
                ("recipient", models.CharField(blank=True, max_length=254)),
                ("said", models.TextField(blank=True)),
                ("raw", models.TextField()),
                ("happened_at", models.DateTimeField(blank=True, null=True)),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "fate",
                    models.CharField(
                        choices=[
                            ("waiting", "to be applied"),
                            ("applied", "applied to its message"),
                            ("no_news", "said nothing new"),
                            ("unmatched", "about a message that we do not know"),
                            ("unreadable", "not understood"),
                            ("closed", "looked at by staff"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("next_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("evidence", models.TextField(blank=True)),
                (
                    "delivery",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports",
                        to="notifications.delivery",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("fate", "waiting")),
                        fields=["next_at"],
                        name="notifications_report_due",
                    ),
                    models.Index(
                        condition=models.Q(("fate__in", ("unmatched", "unreadable"))),
                        fields=["id"],
                        name="notifications_report_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "event_id"), name="notifications_one_row_per_provider_event"
                    )
                ],
            },
        ),
    ]
