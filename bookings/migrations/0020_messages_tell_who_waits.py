"""Lets a message be about somebody on the wait list; what is there already is checked by the next step."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0019_people_wait_for_full_times")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="wait_entry",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="bookings.waitentry",
            ),
        ),
        AddConstraintNotValid(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("booking__isnull", False), ("enquiry__isnull", True), ("wait_entry__isnull", True)
                    ),
                    models.Q(
                        ("booking__isnull", True), ("enquiry__isnull", False), ("wait_entry__isnull", True)
                    ),
                    models.Q(
                        ("booking__isnull", True), ("enquiry__isnull", True), ("wait_entry__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="bookings_message_is_of_one",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="bookings_message_is_about_one",
        ),
    ]
