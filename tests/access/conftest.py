"""An installation as the public reaches it: not a demo, and not on this machine."""

import dataclasses

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone

from tests.access.visiting import PASSWORD


@pytest.fixture(autouse=True)
def passwords_are_quick(settings):
    """Dozens of guesses would take a minute with the real hasher."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def rates_forgotten():
    """allauth counts in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def no_code_runs_out():
    """A code is right for half a minute, which may end between its reading and its use: the clock stands."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def production(settings):
    settings.DEMO = False
    settings.HOLDFAST_URL = "https://booking.example.org"
    settings.HOLDFAST = dataclasses.replace(settings.HOLDFAST, trusted_proxies_count=1)
    return settings


@pytest.fixture
def on_this_machine(settings):
    settings.DEMO = False
    settings.HOLDFAST_URL = "http://127.0.0.1:8000"
    return settings


@pytest.fixture
def anna(db):
    return User.objects.create_superuser("anna", "anna@example.com", PASSWORD)
