"""Takes customers over from a file of another program; without --apply it says only what it would do."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from bookings.importing import columns, encoding, formats, people
from bookings.importing.formats import Unreadable
from bookings.importing.planning import BOOK, REFUSED, THERE

DONE = {BOOK: "new", THERE: "already there", REFUSED: "not taken over"}


class Command(BaseCommand):
    help = "Import customers, each once. The default is a dry run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=list(formats.COLUMNS), default=formats.GENERIC)
        parser.add_argument("--encoding", metavar="NAME", default="", help="Such as cp1250.")
        parser.add_argument("--apply", action="store_true", help="Keep them.")
        parser.add_argument("--dry-run", action="store_true", help="The default: change nothing.")
        parser.add_argument(
            "--column", action="append", default=[], metavar="HEADING=FIELD", help="What a column is."
        )
        parser.add_argument(
            "--notes-by", metavar="USERNAME", help="Keep notes and numbers as notes of theirs."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["apply"] and options["dry_run"]:
            raise CommandError("Either --apply or --dry-run.")
        writer = get_user_model().objects.filter(username=options["notes_by"]).first()
        if options["notes_by"] and writer is None:
            raise CommandError(f"There is no user “{options['notes_by']}”.")
        counts: Counter[str] = Counter()
        try:
            codec = encoding.of_file(options["file"], options["encoding"])
            self.stderr.write(f"Read as {encoding.NAMES.get(codec, codec)}.")
            said = columns.of_path(options["file"], codec, options["format"], options["column"])
            with options["file"].open(encoding=codec, newline="") as file:
                rows = formats.read(file, options["format"], said)
                for each in people.take_over(
                    rows, applying=options["apply"], user_id=writer.pk if writer else None
                ):
                    counts[each.outcome] += 1
                    self.stdout.write(f"{each.row.number}: {DONE[each.outcome]} {each.why}".rstrip())
        except (Unreadable, OSError) as error:
            raise CommandError(str(error)) from error
        told = ", ".join(f"{counts[outcome]} {word}" for outcome, word in DONE.items())
        self.stdout.write(f"{'' if options['apply'] else 'Dry run: '}{told}.")
