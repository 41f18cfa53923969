"""Keeps who has seen an alert, and lists the newest ones quickly."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0011_operators_are_told"),
    ]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="acknowledged_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="alert",
            name="acknowledged_by_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["-raised_at"], name="operations_alert_raised"),
        ),
    ]
