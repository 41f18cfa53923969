"""Lets a file to import belong to no place: customers belong to all of them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0038_places_introduce_themselves")]

    operations = [
        migrations.AlterField(
            model_name="importfile",
            name="location",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="bookings.location",
            ),
        ),
    ]
