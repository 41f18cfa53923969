"""Finds what is to be forgotten by index; built while bookings go on being written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookings", "0013_customers_are_forgotten")]

    operations = [
        AddIndexConcurrently(
            "booking",
            models.Index(
                fields=["ends_at", "id"],
                condition=models.Q(forgotten_at__isnull=True, status__in=["completed", "cancelled"]),
                name="bookings_to_forget",
            ),
        ),
        AddIndexConcurrently(
            "enquiry",
            models.Index(
                fields=["updated_at", "id"],
                condition=models.Q(forgotten_at__isnull=True, status__in=["answered", "closed"]),
                name="bookings_enquiry_to_forget",
            ),
        ),
    ]
