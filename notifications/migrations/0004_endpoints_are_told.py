"""Endpoints of other systems, and what each was told."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import notifications.webhooks.endpoints


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0003_a_held_message_knows_who_holds_it"),
        ("operations", "0001_the_kernel"),
    ]

    operations = [
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "url",
                    models.CharField(
                        max_length=500, validators=[notifications.webhooks.endpoints.validate_url]
                    ),
                ),
                ("description", models.CharField(blank=True, max_length=200)),
                ("event_types", models.JSONField(blank=True, default=list)),
                ("location", models.SlugField(blank=True, max_length=60)),
                (
                    "includes_customer",
                    models.BooleanField(
                        default=False,
                        help_text="Send the customer's name, e-mail address, telephone and notes along.",
                    ),
                ),
                (
                    "secret",
                    models.CharField(
                        default=notifications.webhooks.endpoints.new_secret,
                        max_length=100,
                        validators=[notifications.webhooks.endpoints.validate_secret],
                    ),
                ),
                ("previous_secret", models.CharField(blank=True, editable=False, max_length=100)),
                ("previous_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("is_enabled", models.BooleanField(default=True)),
                ("is_gone", models.BooleanField(default=False, editable=False)),
                ("disabled_reason", models.TextField(blank=True, editable=False)),
                ("disabled_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("told_from", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("told_until", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Announcement",
            fields=[
                (
                    "delivery",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="announcement",
                        serialize=False,
                        to="notifications.delivery",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="announcements",
                        to="operations.event",
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="announcements",
                        to="notifications.webhookendpoint",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("endpoint", "event"), name="notifications_one_announcement_per_event"
                    )
                ],
            },
        ),
    ]
