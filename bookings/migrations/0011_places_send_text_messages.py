"""A place decides whether its customers get text messages beside their mail."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0010_services_ask_questions")]

    operations = [
        migrations.AddField(
            model_name="location",
            name="text_messages",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Send confirmations, new times, cancellations by you and reminders as text messages too, to customers who gave a telephone number. It needs a gateway, which gets the number.",
                verbose_name="text messages",
            ),
        )
    ]
