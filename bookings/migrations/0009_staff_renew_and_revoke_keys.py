"""Each thing that staff may do to a partner's key has a permission of its own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("bookings", "0008_the_front_desk_books_and_moves")]

    operations = [
        migrations.AlterModelOptions(
            name="apiclient",
            options={
                "verbose_name": "API client",
                "ordering": ("name",),
                "permissions": (
                    ("renew_apiclient", "Can give API clients new keys"),
                    ("revoke_apiclient", "Can shut API clients out"),
                ),
            },
        )
    ]
