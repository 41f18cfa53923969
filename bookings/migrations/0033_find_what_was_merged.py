"""Finds what was merged by index, and checks the rows that were there, while bookings go on being written."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookings", "0032_bookings_are_merged")]

    operations = [
        AddIndexConcurrently(
            model_name="booking",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["merged_into"],
                name="bookings_merged_by",
            ),
        ),
        ValidateConstraint(model_name="booking", name="bookings_merged_is_cancelled"),
    ]
