"""Gives a fresh database the one row that "No worker is running" can point at."""

from django.db import migrations

from operations.heartbeat import NOBODY_YET


def announce_nobody(apps, _schema_editor):
    heartbeats = apps.get_model("operations", "WorkerHeartbeat").objects
    if not heartbeats.exists():
        heartbeats.create(worker=NOBODY_YET)


class Migration(migrations.Migration):
    dependencies = [("operations", "0001_the_kernel")]

    operations = [migrations.RunPython(announce_nobody, migrations.RunPython.noop)]
