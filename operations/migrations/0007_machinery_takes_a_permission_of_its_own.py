from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("operations", "0006_find_failures_by_fingerprint")]

    operations = [
        migrations.AlterModelOptions(
            name="recoveryattempt",
            options={
                "permissions": (
                    ("recover", "Can apply remedies to stuck records"),
                    ("operate", "Can act on what serves all locations: channels, endpoints, jobs"),
                )
            },
        ),
    ]
