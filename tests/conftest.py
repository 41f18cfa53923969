"""What every test may rely on: a real PostgreSQL (embedded unless DATABASE_URL is set), a real Chromium."""

import os
import shutil

import pytest

# Playwright runs an event loop in the thread of the test, in which Django would refuse the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    installed = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium's sandbox refuses root
    return browser_type_launch_args | {"executable_path": installed, "args": sandbox}
