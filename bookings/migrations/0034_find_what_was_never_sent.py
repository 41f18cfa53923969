from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Who began to book and did not is forgotten soon; the night's job finds them without reading all."""

    atomic = False

    dependencies = [("bookings", "0033_find_what_was_merged")]

    operations = [
        AddIndexConcurrently(
            "booking",
            models.Index(
                fields=["updated_at"],
                condition=models.Q(status="cancelled", revision=0, forgotten_at__isnull=True),
                name="bookings_never_sent",
            ),
        ),
    ]
