"""Channels and endpoints have permissions of their own, so this one says what it still opens."""

from typing import Any

from django.db import migrations

NAME = "Can act on what serves all locations: jobs, proofs, reports of providers"


def say_so(apps: Any, schema_editor: Any) -> None:
    """Django names a permission when it makes it, and never again."""
    known = apps.get_model("auth", "Permission").objects.using(schema_editor.connection.alias)
    known.filter(content_type__app_label="operations", codename="operate").update(name=NAME)


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0017_the_history_lets_words_be_removed"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="recoveryattempt",
            options={
                "permissions": (("recover", "Can apply remedies to stuck records"), ("operate", NAME)),
            },
        ),
        migrations.RunPython(say_so, migrations.RunPython.noop, elidable=True),
    ]
