"""What every test may rely on: a real PostgreSQL (embedded unless DATABASE_URL is set), a real Chromium."""

import os

import hypothesis
import pytest
from django.utils import translation
from playwright.sync_api import expect

from tests import chromium

# Playwright runs an event loop in the thread of the test, in which Django would refuse the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# How long a page may take to show what is expected of it: a machine that does much else is no fault of it.
expect.set_options(timeout=30_000)
# … nor is an example that took longer than the one before it.
hypothesis.settings.register_profile("busy", deadline=None)
hypothesis.settings.load_profile("busy")

SHORT_FORM = ({"desktop", "1280", "light"}, {"phone", "320", "dark"})
# Those that start installations wait more than they work: each beside files that work.
FIRST = ("test_stopping.py", "test_every_page.py", "test_looks.py", "test_staying_alive.py")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium's sandbox refuses root
    return browser_type_launch_args | {"executable_path": chromium.installed(), "args": sandbox}


@pytest.fixture(autouse=True)
def _english_again():
    """The test client leaves the language of its last request behind, for whichever test comes next."""
    yield
    translation.deactivate()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items):
    _leave_looks_to_soak(items)
    answer = yield
    items.sort(key=_turn)
    return answer


def _turn(item):
    """One process is not to begin the longest file when the others are about to end."""
    return FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST)


def _leave_looks_to_soak(items):
    """Of the four looks of a page (size, scheme) each run takes two, and `make soak` the others."""
    for item in items:
        given = getattr(item, "callspec", None)
        look = (
            {str(given.params.get(name)) for name in ("size", "width", "scheme")} - {"None"}
            if given
            else set()
        )
        if len(look) == 2 and look & {"light", "dark"} and not any(look <= kept for kept in SHORT_FORM):
            item.add_marker("soak")
