"""An installation that believes Mailgun's signature and Postmark's password."""

import base64

import pytest

from tests.providers.reporting import KEY


@pytest.fixture(autouse=True)
def providers(settings):
    settings.MAIL_PROVIDERS = ["mailgun", "postmark"]
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY}


@pytest.fixture
def login(settings):
    """The header by which Postmark is known, whose reports carry no signature."""
    settings.ANYMAIL = {"WEBHOOK_SECRET": "postmark:long-password"}
    return {"Authorization": f"Basic {base64.b64encode(b'postmark:long-password').decode()}"}
