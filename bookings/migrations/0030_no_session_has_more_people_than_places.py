"""Has the database count people against places, under the lock of the session."""

from django.db import migrations

from bookings.sessions import REFRESH_SESSION, REFRESH_SESSION_OF_PEOPLE


class Migration(migrations.Migration):
    dependencies = [("bookings", "0029_bookings_are_for_people")]

    operations = [migrations.RunSQL(REFRESH_SESSION_OF_PEOPLE, REFRESH_SESSION)]
