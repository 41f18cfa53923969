"""Loads or updates locations from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookings import place_loading
from bookings.locations_file import FileRefused


class Command(BaseCommand):
    help = "Create or update locations, their people, rooms and services from a JSON file; repeat-safe."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            loaded = place_loading.load(options["file"])
        except FileRefused as refused:
            count = len(refused.problems)
            raise CommandError(
                f"{refused}\nNothing was changed: {count} problem{'s' if count > 1 else ''}."
            ) from refused
        self.stdout.write(str(loaded))
