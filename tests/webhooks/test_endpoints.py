"""Proves what an endpoint may be, and that the command does what its help says."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from notifications.models import Delivery, WebhookEndpoint
from notifications.webhooks import endpoints
from tests.webhooks.conftest import announced, leave

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> str:
    said = StringIO()
    call_command("webhook", *map(str, arguments), stdout=said)
    return said.getvalue()


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.com", "ftp://example.com/", "https://", "https:///path", "https://exa mple.com/"),
        *(
            "https://user:pass@example.com/",
            "https://example.com:99999/",
            "https://[::1/",
            "javascript:alert(1)",
        ),
        *("https://example.com/\r\nX-Evil: 1", f"https://{'a' * 70}.example/", "http://example.com/"),
    ],
)
def test_an_address_that_cannot_be_called_safely_is_refused(url, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    with pytest.raises(ValidationError):
        WebhookEndpoint(url=url).full_clean()


@pytest.mark.parametrize(
    "url", ["https://example.com/hooks?key=1", "https://bücher.example/ü", "https://[2606:4700::1]:8443/"]
)
def test_an_ordinary_address_is_accepted(url, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    WebhookEndpoint(url=url).full_clean()


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "c2hvcnQ=" * 4, "whsec_" + "ä" * 32])
def test_a_weak_secret_is_refused(secret):
    with pytest.raises(ValidationError):
        WebhookEndpoint(url="https://example.com/", secret=secret).full_clean()


def test_secrets_differ():
    assert endpoints.new_secret() != endpoints.new_secret()


@pytest.mark.parametrize("event_types", [["booking.acepted"], "booking.accepted", [1]])
def test_a_type_that_nobody_announces_is_refused(event_types):
    with pytest.raises(ValidationError, match=r"booking\.accepted"):
        WebhookEndpoint(url="https://example.com/", event_types=event_types).full_clean()


def test_a_place_that_is_none_is_refused():
    with pytest.raises(ValidationError, match="There is no location “nowhere”"):
        WebhookEndpoint(url="https://example.com/", location="nowhere").full_clean()


def test_an_endpoint_is_added_tested_and_listed_without_its_secrets(server):
    said = run("add", server.url, "--description", "CRM", "--type", "booking.accepted", "--with-customer")
    endpoint = WebhookEndpoint.objects.get()
    run("test", endpoint.pk)
    leave()

    assert endpoint.secret in said
    assert endpoint.includes_customer
    assert json.loads(server.received[0].body)["type"] == "webhook.test"
    (listed,) = map(json.loads, run("list").splitlines())
    assert listed["event_types"] == ["booking.accepted"]
    assert not {endpoint.secret, server.url} & set(map(str, listed.values()))


def test_everything_since_a_moment_is_replayed(server, endpoint):
    announced()
    leave()
    since = (timezone.now() - timedelta(hours=1)).isoformat()

    assert "1 messages leave" in run("replay", endpoint.pk, "--since", since)
    leave()
    assert len(server.received) == 2


def test_rotating_prints_the_new_secret_and_keeps_the_old_one_for_a_day(endpoint):
    said = run("rotate", endpoint.pk)
    fresh = WebhookEndpoint.objects.get()

    assert fresh.secrets == (fresh.secret, endpoint.secret)
    assert fresh.secret in said


def test_disabled_means_refused_and_enabled_means_told(endpoint):
    run("disable", endpoint.pk, "--reason", "Moving.")
    with pytest.raises(CommandError, match="disabled"):
        run("test", endpoint.pk)
    run("enable", endpoint.pk)
    run("test", endpoint.pk)

    assert Delivery.objects.get().kind == "webhook.test"


@pytest.mark.parametrize(
    "arguments", [("test", 4711), ("add", "nonsense"), ("replay", 1, "--since", "yesterday"), ()]
)
def test_a_mistake_is_said_plainly(arguments):
    with pytest.raises(CommandError):
        run(*arguments)


def test_types_are_listed():
    assert "booking.accepted" in run("types").splitlines()
