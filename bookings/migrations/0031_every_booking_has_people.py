"""Checks that every booking is for somebody, while bookings go on being written."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("bookings", "0030_no_session_has_more_people_than_places")]

    operations = [ValidateConstraint(model_name="booking", name="bookings_booking_has_people")]
