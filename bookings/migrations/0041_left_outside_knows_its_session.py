"""A booking that goes to somebody else at its own time is left outside no more; old rows go by the time alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0040_text_messages_bring_offers")]

    operations = [
        migrations.AddField(
            model_name="leftoutside",
            name="session_number",
            field=models.BigIntegerField(null=True),
        ),
    ]
