"""A misbehaving mail server in place of the installation's, and limits short enough to wait for."""

from dataclasses import replace

import pytest

from tests.misbehaving_smtp import MisbehavingSMTP, settings_for


@pytest.fixture
def server(settings):
    with MisbehavingSMTP() as misbehaving:
        settings_for(misbehaving, settings)
        yield misbehaving


@pytest.fixture
def limits(settings):
    """Change figures for one test: `limits(outside_call_seconds=1)`."""

    def change(**figures):
        settings.HOLDFAST = replace(settings.HOLDFAST, **figures)

    return change
