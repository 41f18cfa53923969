"""A closed channel may hold very many messages: the next ones to let go are found without reading them all."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0004_endpoints_are_told")]

    operations = [
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status", "held")),
                fields=["channel", "updated_at"],
                name="notifications_held",
            ),
        ),
    ]
