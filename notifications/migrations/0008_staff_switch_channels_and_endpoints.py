"""Each thing that staff may do to a channel or an endpoint has a permission of its own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notifications", "0007_channels_know_who_paused_them")]

    operations = [
        migrations.AlterModelOptions(
            name="channel",
            options={
                "permissions": (("switch_channel", "Can pause and release channels, and send test messages"),)
            },
        ),
        migrations.AlterModelOptions(
            name="webhookendpoint",
            options={
                "ordering": ("id",),
                "permissions": (
                    ("rotate_webhookendpoint", "Can make new secrets of webhook endpoints"),
                    ("switch_webhookendpoint", "Can enable and disable webhook endpoints"),
                    ("replay_webhookendpoint", "Can send webhook endpoints tests and everything again"),
                ),
            },
        ),
    ]
