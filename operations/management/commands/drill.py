"""`manage.py drill`: a rehearsal; makes a fault for real and says what to look at."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.rehearsals import NotPossible, drills


class Command(BaseCommand):
    help = "Make a fault for real, in a demonstration only, and say what to look at."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fault", choices=sorted(drills()))

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        if not settings.DEMO:
            raise CommandError("Drills are for demonstrations: this installation serves real people.")
        drill = drills()[options["fault"]]
        try:
            staged = drill.run()
        except NotPossible as reason:
            raise CommandError(f"{drill.title}: {reason}") from None
        self.stdout.write(f"{drill.title}.\n{staged.told}")
