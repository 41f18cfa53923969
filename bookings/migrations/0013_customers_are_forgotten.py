"""Lets a booking and an enquiry say since when nobody is named in them, and a place how long that takes."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0012_places_have_calendar_feeds"),
        ("operations", "0017_the_history_lets_words_be_removed"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="forgotten_at",
            field=models.DateTimeField(
                blank=True, editable=False, help_text="When the customer's data were removed.", null=True
            ),
        ),
        migrations.AddField(
            model_name="enquiry",
            name="forgotten_at",
            field=models.DateTimeField(
                blank=True, editable=False, help_text="When the customer's data were removed.", null=True
            ),
        ),
        migrations.AddField(
            model_name="location",
            name="keep_days",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="After the appointment is over. Empty: as long as everywhere. What is open stays.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="days to keep customers' data",
            ),
        ),
    ]
