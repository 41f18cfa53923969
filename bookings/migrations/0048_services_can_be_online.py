from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0047_series_keep_dates_left_out"),
    ]

    operations = [
        migrations.AddField(
            model_name="service",
            name="takes_place_online",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Nobody has to come: customers read “Online” in place of your address, and their own time beside yours.",
                verbose_name="takes place online",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="how_to_join",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="Of a service that takes place online, e.g. the link of the meeting or “We call you”. Customers read it once their booking is confirmed, on its page, in their messages and in their calendar.",
                max_length=1000,
                verbose_name="how to join",
            ),
        ),
    ]
