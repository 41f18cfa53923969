"""Each service says how many hours before the start its customers are reminded."""

import django.contrib.postgres.fields
from django.db import migrations, models

import bookings.offerings


class Migration(migrations.Migration):
    dependencies = (("bookings", "0003_programs_with_keys"),)

    operations = (
        migrations.AddField(
            model_name="service",
            name="reminder_hours",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveSmallIntegerField(),
                blank=True,
                db_default=[24, 2],
                default=bookings.offerings.usual_reminder_hours,
                help_text="How many hours before the start customers are reminded, e.g. 24, 2; empty: never.",
                size=6,
                validators=[bookings.offerings.validate_reminder_hours],
            ),
        ),
    )
