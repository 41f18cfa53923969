"""Writes everything into a folder."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookings.exporting import folder, places
from bookings.places import Location


class Command(BaseCommand):
    help = (
        "Write everything there is, from bookings and customers to closures and places, into an empty folder."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--bom", action="store_true", help="Begin each CSV file as Excel needs it.")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            written = folder.write(options["folder"], bom=options["bom"])
        except FileExistsError as error:
            raise CommandError(f"{options['folder']} is not an empty folder.") from error
        for path in written:
            self.stdout.write(str(path))
        for sentence in places.left_out(Location.objects.filter(is_active=True)):
            self.stderr.write(sentence)
