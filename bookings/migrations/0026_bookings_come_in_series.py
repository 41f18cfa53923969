"""Lets bookings be asked for together, as a series."""

import django.db.models.deletion
from django.db import migrations, models

import bookings.booking


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0025_places_say_what_their_fields_are"),
        ("operations", "0019_records_have_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="Series",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        default=bookings.booking.new_reference, editable=False, max_length=12, unique=True
                    ),
                ),
                (
                    "token",
                    models.CharField(
                        default=bookings.booking.new_token, editable=False, max_length=40, unique=True
                    ),
                ),
                (
                    "every",
                    models.CharField(
                        choices=[
                            ("week", "every week"),
                            ("two_weeks", "every two weeks"),
                            ("month", "every month, on the same weekday"),
                        ],
                        max_length=12,
                    ),
                ),
                ("missed", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to="bookings.location",
                    ),
                ),
                (
                    "request",
                    models.OneToOneField(
                        editable=False, on_delete=django.db.models.deletion.PROTECT, to="operations.intent"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to="bookings.service",
                    ),
                ),
            ],
            options={
                "verbose_name": "series",
                "verbose_name_plural": "series",
            },
        ),
        migrations.AddField(
            model_name="booking",
            name="series",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bookings",
                to="bookings.series",
            ),
        ),
    ]
