"""Derived from the model itself, so that a new column of every effect needs no change here."""

import pgtrigger.migrations
from django.db import migrations

from tests.parcels.models import Parcel


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            "Parcel",
            fields=[(field.name, field.clone()) for field in Parcel._meta.local_fields],
            options={"indexes": [index.clone() for index in Parcel._meta.indexes]},
        ),
        *(
            pgtrigger.migrations.AddTrigger("parcel", trigger.compile(Parcel))
            for trigger in Parcel._meta.triggers
        ),
    ]
