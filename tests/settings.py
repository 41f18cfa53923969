"""Why tests never touch the data of `make run`: a home of their own, set before the settings are read."""

import dataclasses
import os
from pathlib import Path

os.environ["HOLDFAST_HOME"] = str(Path(__file__).resolve().parent.parent / ".holdfast-test")
os.environ.pop("HOLDFAST_RUN", None)

from config.settings import *  # noqa: F403

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
# The live server finds static files where they are written; nothing has to be collected first.
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# A throw-away app, declared the way a new one would be, and a quicker way to empty the database.
INSTALLED_APPS = [*INSTALLED_APPS, "tests.parcels", "tests.emptying"]  # noqa: F405
# Whoever races for a lock gets it on a loaded machine too; the tests of the limit set one of their own.
HOLDFAST = dataclasses.replace(HOLDFAST, lock_timeout_milliseconds=20_000)  # noqa: F405
# No thread beside the tests looks at their database.
ALERT_LOOKOUT = False
