"""Measures speed and size on this machine, in one run."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from config.benchmarks import backlog, desk, messages, submissions, times
from config.benchmarks.figures import table
from config.benchmarks.size import FULL, SHORT

PARTS = {
    "submissions": submissions.measure,
    "times": times.measure,
    "messages": messages.measure,
    "backlog": backlog.measure,
    "desk": desk.measure,
}


class Command(BaseCommand):
    help = "Measure speed and size on this machine; use a database of its own (make bench does)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", nargs="*", choices=[[], *PARTS], help="measure only these")
        parser.add_argument("--short", action="store_true", help="little of each, to see that it works")

    def handle(self, *_args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        if options["short"]:
            self.stdout.write("The short form: less of everything. Its figures show orders of magnitude.")
        for name in options["part"] or PARTS:
            self.stdout.write(f"\n## {name.capitalize()}\n")
            self.stdout.write(table(PARTS[name](SHORT if options["short"] else FULL)))
            self.stdout.flush()
