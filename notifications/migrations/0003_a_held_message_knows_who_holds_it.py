"""What a closed channel holds it lets go by itself; what staff hold, only staff."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_channels_slow_down")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="held_by",
            field=models.CharField(
                blank=True,
                choices=[("channel", "Its channel is closed"), ("staff", "Held by staff")],
                db_default="",
                default="",
                editable=False,
                max_length=12,
            ),
        ),
    ]
