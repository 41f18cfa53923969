"""Lets one booking be for several people; all that are there are for one."""

import django.core.validators
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0028_files_to_import_are_kept_a_day"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="people",
            field=models.PositiveSmallIntegerField(
                db_default=1, default=1, help_text="How many places of the session it takes."
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="max_people",
            field=models.PositiveSmallIntegerField(
                db_default=1,
                default=1,
                help_text="How many of the places one customer can book at once; each pays the price.",
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="people in one booking",
            ),
        ),
        AddConstraintNotValid(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("people__gte", 1)), name="bookings_booking_has_people"
            ),
        ),
    ]
