"""Places have a colour, words of their own in messages, and a way to be paid."""

import django.db.models.deletion
from django.db import migrations, models

import bookings.colours


class Migration(migrations.Migration):
    dependencies = (("bookings", "0004_services_remind"),)

    operations = (
        migrations.AddField(
            model_name="location",
            name="colour",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Of its pages and messages, e.g. #1f6b4f; dark enough for white letters. Empty: ours.",
                max_length=7,
                validators=[bookings.colours.validate_colour],
            ),
        ),
        migrations.AddField(
            model_name="location",
            name="how_to_pay",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="Told to customers whose booking waits for its payment, e.g. your bank details.",
                max_length=1000,
            ),
        ),
        migrations.CreateModel(
            name="MessageText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("language", models.CharField(max_length=12)),
                ("subject", models.CharField(blank=True, max_length=150)),
                ("intro", models.TextField(blank=True, max_length=4000, verbose_name="beginning")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="message_texts",
                        to="bookings.location",
                    ),
                ),
            ],
            options={
                "verbose_name": "message text",
                "ordering": ("location__name", "kind", "language"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("location", "kind", "language"),
                        name="bookings_one_text_per_kind_and_language",
                    )
                ],
            },
        ),
    )
