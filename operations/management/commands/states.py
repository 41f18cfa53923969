"""Draws docs/states.md anew."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from operations import diagram


class Command(BaseCommand):
    help = "Draw the states of every workflow into docs/states.md."

    def handle(self, *_args: Any, **_options: Any) -> None:
        Path(settings.BASE_DIR, "docs", "states.md").write_text(diagram.document())
