"""Takes bookings over from a file of another program; without --apply it says only what it would do."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookings.importing import applying, columns, dates, encoding, formats
from bookings.importing.checking import Names
from bookings.importing.formats import Unreadable
from bookings.importing.planning import BOOK, REFUSED, THERE, Planner
from bookings.places import Location

DONE = {BOOK: "booked", THERE: "already there", REFUSED: "not booked"}


class Command(BaseCommand):
    help = "Import future bookings of one location, row by row and never twice. The default is a dry run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--location", required=True, metavar="SLUG")
        parser.add_argument("--format", choices=list(formats.COLUMNS), default=formats.GENERIC)
        parser.add_argument("--encoding", metavar="NAME", default="", help="Such as cp1250.")
        parser.add_argument("--apply", action="store_true", help="Book them.")
        parser.add_argument("--dry-run", action="store_true", help="The default: change nothing.")
        parser.add_argument("--tell", action="store_true", help="Send each customer a confirmation.")
        parser.add_argument(
            "--dates",
            choices=[dates.DAY_FIRST, dates.MONTH_FIRST],
            default="",
            help="Which number comes first in 01/12/2026, where the file itself does not show it.",
        )
        parser.add_argument(
            "--column", action="append", default=[], metavar="HEADING=FIELD", help="What a column is."
        )
        for part in ("service", "person"):
            parser.add_argument(
                f"--map-{part}", action="append", default=[], metavar="NAME=SLUG", help="A name in the file."
            )

    def handle(self, *_args: Any, **options: Any) -> None:
        location = Location.objects.filter(slug=options["location"]).first()
        if location is None:
            raise CommandError(f"There is no location “{options['location']}”.")
        if options["apply"] and options["dry_run"]:
            raise CommandError("Either --apply or --dry-run.")
        mapped = {"services": _pairs(options["map_service"]), "people": _pairs(options["map_person"])}
        try:
            codec = encoding.of_file(options["file"], options["encoding"])
            self.stderr.write(f"Read as {encoding.NAMES.get(codec, codec)}.")
            said = columns.of_path(options["file"], codec, options["format"], options["column"])
            with options["file"].open(encoding=codec, newline="") as file:
                rows = formats.read(file, options["format"], said)
                order = dates.order_of(text for row in rows for text in (row.start, row.end))
            planner = Planner(Names(location, mapped, order or options["dates"]))
            with options["file"].open(encoding=codec, newline="") as file:
                rows = formats.read(file, options["format"], said)
                if options["apply"]:
                    self._report(applying.apply(rows, planner, telling=options["tell"]), "")
                else:
                    self._report(planner.verdicts(rows), "Dry run: ")
        except (Unreadable, OSError) as error:
            raise CommandError(str(error)) from error

    def _report(self, verdicts: Any, prefix: str) -> None:
        counts: Counter[str] = Counter()
        for verdict in verdicts:
            counts[verdict.outcome] += 1
            said = " ".join(
                part for part in (DONE[verdict.outcome], verdict.reference, str(verdict.why)) if part
            )
            self.stdout.write(f"{verdict.row.number}: {verdict.row.start} {verdict.row.service}: {said}")
        told = ", ".join(f"{counts[outcome]} {word}" for outcome, word in DONE.items())
        self.stdout.write(f"{prefix}{told}.")


def _pairs(given: list[str]) -> dict[str, str]:
    if wrong := [each for each in given if "=" not in each]:
        raise CommandError(f"“{wrong[0]}” is not NAME=SLUG.")
    return dict(each.rsplit("=", 1) for each in given)
