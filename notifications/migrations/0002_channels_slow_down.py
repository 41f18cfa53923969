"""A channel slows down when the other side asks for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_deliveries_and_channels")]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="changed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="channel",
            name="next_claim_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="channel",
            name="throttles_in_row",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
