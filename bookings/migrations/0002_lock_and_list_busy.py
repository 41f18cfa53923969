"""Locks the wanted people and rooms and lists the busy ones in one round trip."""

from django.db import migrations

from bookings.sessions import LOCK_AND_LIST_BUSY


class Migration(migrations.Migration):
    dependencies = (("bookings", "0001_places_bookings_and_correspondence"),)

    operations = (
        migrations.RunSQL(
            LOCK_AND_LIST_BUSY,
            "DROP FUNCTION bookings_lock_and_list_busy(bigint[], bigint[], timestamptz, timestamptz, bigint)",
        ),
    )
