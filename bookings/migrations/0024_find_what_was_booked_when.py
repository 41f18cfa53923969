from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    """Bookings lie in the table as they were made, so a few kilobytes tell which pages hold which days."""

    atomic = False

    dependencies = [("bookings", "0023_reports_imports_and_exports_take_permissions")]

    operations = [
        AddIndexConcurrently(
            "booking", BrinIndex(fields=["created_at"], autosummarize=True, name="bookings_made")
        ),
    ]
