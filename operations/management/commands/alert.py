"""`manage.py alert`: looks for what needs a person and tells it, also where no worker runs."""

from typing import Any

from django.core.management.base import BaseCommand

from operations import alerts


class Command(BaseCommand):
    help = "Tell operators what needs a person, each cause once; for a timer outside of the workers."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        told = alerts.run()
        self.stdout.write(f"{told} alert(s) told, {alerts.Alert.objects.active().count()} active.")
