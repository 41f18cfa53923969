"""`manage.py translations`: bring the catalogues up to date with the sources, or say what is missing."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import catalogues


class Command(BaseCommand):
    help = "Writes each language's catalogue anew with every text of the sources, and compiles it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("languages", nargs="*", help="language codes; all when none is given")
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit 1 when anything is missing"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        for language in options["languages"] or catalogues.languages():
            if not options["check"]:
                catalogues.bring_up_to_date(language)
        faults = [
            fault
            for language in options["languages"] or catalogues.languages()
            for fault in catalogues.faults(language)
        ]
        for fault in faults:
            self.stdout.write(str(fault))
        if faults and options["check"]:
            raise CommandError(f"{len(faults)} texts are not as they should be")
        self.stdout.write(f"{len(faults)} texts are left to translate.")
