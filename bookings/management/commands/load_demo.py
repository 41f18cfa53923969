"""Fills an empty database with the demonstration."""

from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from bookings import demo, place_loading
from bookings.demo import week
from bookings.places import Location


class Command(BaseCommand):
    help = (
        "Load seven places, a week of bookings at each and a few real failures; only into an empty database."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        if Location.objects.exists():
            self.stdout.write("There are locations already: nothing was changed.")
            return
        self.stdout.write(str(place_loading.load(Path(demo.__file__).with_name("locations.json"))))
        self.stdout.write(f"{week.fill()} bookings.")
        for fault in demo.DRILLS:
            self._hold(fault)

    def _hold(self, fault: str) -> None:
        told = StringIO()
        try:
            call_command("drill", fault, stdout=told)
            self.stdout.write(told.getvalue().partition("\n")[0])
        except CommandError as reason:  # a demonstration without this fault is one all the same
            self.stdout.write(str(reason))
