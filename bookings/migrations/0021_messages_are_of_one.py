"""Checks that every message is about exactly one thing, while messages go on being written."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookings", "0020_messages_tell_who_waits")]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("wait_entry__isnull", False)),
                fields=["wait_entry"],
                name="bookings_message_waiting",
            ),
        ),
        ValidateConstraint(model_name="message", name="bookings_message_is_of_one"),
    ]
