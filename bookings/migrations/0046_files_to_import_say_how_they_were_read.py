from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0045_places_are_written_to_about_bookings"),
    ]

    operations = [
        migrations.AddField(
            model_name="importfile",
            name="encoding",
            field=models.CharField(db_default="utf-8-sig", default="utf-8-sig", max_length=20),
        ),
    ]
