from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0043_people_are_counted_when_they_change"),
    ]

    operations = [
        migrations.AddField(
            model_name="service",
            name="hours",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="Own days or hours in OpenStreetMap syntax, e.g. Tu-Sa; empty: as the location.",
                verbose_name="own hours",
            ),
        ),
    ]
