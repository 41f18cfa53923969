"""Writes the places as a file that `load_locations` reads."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from bookings.exporting import places
from bookings.places import Location


class Command(BaseCommand):
    help = (
        "Write the active locations with their people, rooms and services as JSON, to a file or the screen."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")

    def handle(self, *_args: Any, **options: Any) -> None:
        locations = Location.objects.filter(is_active=True)
        text = places.as_text(locations)
        if options["file"]:
            options["file"].write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text, ending="")
        for sentence in places.left_out(locations):
            self.stderr.write(sentence)
