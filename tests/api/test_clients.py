"""Programs with a key have a scope of their own; a wrong key opens nothing."""

import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from bookings.models import ApiClient, Booking
from operations.intents import Intent
from tests.api.calls import assert_problem, get, post, wish
from tests.factories import ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_key():
    client = ApiClient(slug="partner", name="Partner")
    key = client.renew_key()
    client.save()
    return key


def test_a_key_gives_a_scope_of_its_own(service, start, client_key):
    response = post("/bookings", wish(service, start), Authorization=f"Bearer {client_key}")

    assert response.status_code == 201
    assert Intent.objects.get().scope == "api:partner:POST:/bookings"


def test_the_same_idempotency_key_of_two_clients_is_two_requests(service, start, client_key):
    ResourceFactory(location=service.location)
    key = uuid.uuid4()
    post("/bookings", wish(service, start), key=key)

    other = post(
        "/bookings",
        wish(service, start, email="b@example.com"),
        key=key,
        Authorization=f"Bearer {client_key}",
    )

    assert other.status_code == 201
    assert Booking.objects.count() == 2


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "Bearer", "Basic abc", "", "Bearer ä"])
def test_a_wrong_key_opens_nothing(db, header):
    response = get("/locations", Authorization=header)

    assert_problem(response, 401, "bad-client-key")
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_key_that_was_renewed_opens_nothing(client_key):
    assert get("/locations", Authorization=f"Bearer {client_key}").status_code == 200
    client = ApiClient.objects.get()
    client.renew_key()
    client.save()

    assert get("/locations", Authorization=f"Bearer {client_key}").status_code == 401


def test_a_client_that_was_switched_off_gets_in_no_more(client_key):
    ApiClient.objects.update(is_active=False)

    assert get("/locations", Authorization=f"Bearer {client_key}").status_code == 401


def test_a_command_issues_a_key_and_replaces_the_old_one(db, capsys):
    call_command("issue_api_key", "partner", "--name", "Partner")
    first = capsys.readouterr().out.strip()
    call_command("issue_api_key", "partner")
    second = capsys.readouterr().out.strip()

    assert get("/locations", Authorization=f"Bearer {first}").status_code == 401
    assert get("/locations", Authorization=f"Bearer {second}").status_code == 200
    assert ApiClient.objects.get().name == "Partner"


@pytest.mark.parametrize("slug", ["public", "two words", "s" * 41])
def test_the_command_refuses_a_slug_that_cannot_be_a_scope(db, slug):
    with pytest.raises(CommandError, match="cannot be a client"):
        call_command("issue_api_key", slug)


def test_the_key_itself_is_not_kept(client_key):
    assert client_key not in str(ApiClient.objects.values().get())


def test_no_client_can_take_the_public_scope():
    with pytest.raises(IntegrityError, match="bookings_no_client_is_public"):
        ApiClient.objects.create(slug="public", name="Everybody", key_hash="x")
