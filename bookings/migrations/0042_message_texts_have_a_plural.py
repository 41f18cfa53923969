"""Says how several are called; without it every language made the plural as English does."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("bookings", "0041_left_outside_knows_its_session")]

    operations = [
        migrations.AlterModelOptions(
            name="messagetext",
            options={
                "ordering": ("location__name", "kind", "language"),
                "verbose_name": "message text",
                "verbose_name_plural": "message texts",
            },
        ),
    ]
