from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Reverse


def _both_ends(model, prefix):
    """By how the number begins and by how it ends."""
    return [
        AddIndexConcurrently(
            model, models.Index(OpClass(expression, "text_pattern_ops"), name=f"{prefix}_phone_{end}")
        )
        for expression, end in ((models.F("phone_key"), "key"), (Reverse("phone_key"), "tail"))
    ]


class Migration(migrations.Migration):
    """Numbers are found by their first and their last digits; built and dropped while bookings go on."""

    atomic = False
    dependencies = [("bookings", "0036_numbers_that_are_there_get_it")]

    operations = [
        *_both_ends("booking", "bookings"),
        *_both_ends("enquiry", "bookings_enquiry"),
        *_both_ends("customer", "bookings_customer"),
        RemoveIndexConcurrently("booking", "bookings_phone"),
        RemoveIndexConcurrently("enquiry", "bookings_enquiry_phone"),
        RemoveIndexConcurrently("customer", "bookings_customer_phone"),
    ]
