"""A booking that goes to somebody else at its own time is left outside no more; old rows go by the time alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0039_files_of_customers_are_kept")]

    operations = [
        migrations.AddField(
            model_name="leftoutside",
            name="session_number",
            field=models.BigIntegerField(null=True),
        ),
    ]
