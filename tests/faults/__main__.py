"""Writes docs/faults.md anew: `python -m tests.faults`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.faults import document  # noqa: E402 - it reads the settings

document.PATH.write_text(document.document())
