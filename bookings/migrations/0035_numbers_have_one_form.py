from django.db import migrations, models

KEY = {"max_length": 40, "blank": True, "default": "", "db_default": "", "editable": False}


class Migration(migrations.Migration):
    """Telephone numbers are compared however they are typed; the version before this one leaves it empty."""

    dependencies = [("bookings", "0034_find_what_was_never_sent")]

    operations = [
        migrations.AddField("booking", "phone_key", models.CharField(**KEY)),
        migrations.AddField("enquiry", "phone_key", models.CharField(**KEY)),
        migrations.AddField("customer", "phone_key", models.CharField(**KEY)),
    ]
