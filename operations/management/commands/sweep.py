"""`manage.py sweep`: makes due what is due, now."""

from typing import Any

from django.core.management.base import BaseCommand

from operations import sweeps


class Command(BaseCommand):
    help = "Treat everything that has become due and wake whatever sleeps; repeating it does no harm."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        moved = sweeps.sweep()
        self.stdout.write(f"{moved} record(s) moved; whatever is due has been woken.")
