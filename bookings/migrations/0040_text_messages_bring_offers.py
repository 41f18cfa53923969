"""Says that offers from the wait list go out as text messages too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0039_files_of_customers_are_kept")]

    operations = [
        migrations.AlterField(
            model_name="location",
            name="text_messages",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text=(
                    "Send confirmations, new times, cancellations by you, reminders and offers from the wait "
                    "list as text messages too, to customers who gave a telephone number. It needs a gateway, "
                    "which gets the number."
                ),
                verbose_name="text messages",
            ),
        ),
    ]
