"""Lets a booking that was made twice lead to the one that counts."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0031_every_booking_has_people")]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="merged_into",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="merged",
                to="bookings.booking",
            ),
        ),
        AddConstraintNotValid(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into__isnull", True), ("status", "cancelled"), _connector="OR"),
                name="bookings_merged_is_cancelled",
            ),
        ),
    ]
