"""The desk lists what is open by time to harm: the first page is read in order, however much has failed."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0008_staff_switch_channels_and_endpoints")]

    operations = [
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status__in", ["unknown", "dead", "held", "bounced"])),
                fields=["status", "harm_at", "id"],
                name="notifications_by_harm",
            ),
        ),
    ]
