"""Writes docs/desk-tasks.md anew: `python -m tests.desk.tasks`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.desk.tasks import twelve  # noqa: E402 - it reads the settings

twelve.PATH.write_text(twelve.document())
