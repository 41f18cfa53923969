"""Whatever goes wrong around a form, what was typed comes back with the same number."""

import time
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from django.conf import settings as project
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.urls import include, path

from bookings.models import Booking
from config.rate_limit import RateLimit
from operations import intents
from tests.pages.conftest import ADA

ADDRESS = ("host", "port", "user", "password", "dbname")


def boom(request):
    raise RuntimeError("a test says so")


urlpatterns = [path("boom/", boom), path("", include("bookings.urls"))]
handler500 = "config.error_pages.server_error"


@contextmanager
def database_away():
    """Nobody listens where the database was."""
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["PORT"] = port


@contextmanager
def somebody_else_holds(number):
    """Another process has inserted the same number and not decided yet."""
    parameters = connection.get_connection_params()
    wanted = {
        name: parameters[name]
        for name in ("host", "port", "user", "password", "dbname")
        if name in parameters
    }
    key = intents.read(number, "web:book").key
    with psycopg.connect(**wanted) as other:
        other.execute(
            """INSERT INTO operations_intent
                   (scope, key, fingerprint, subject_model, outcome, repeats, created_at)
               VALUES ('web:book', %s, '', '', '', 0, now())""",
            [key],
        )
        yield
        other.rollback()


def limits(settings, **changed):
    settings.HOLDFAST = replace(project.HOLDFAST, **changed)


@pytest.mark.django_db(transaction=True)
def test_without_a_database_a_page_is_503_and_says_that_nothing_is_lost(visitor, service):
    with database_away():
        response = visitor.client.get("/salon/")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert b"Nothing is lost" in response.content
    assert visitor.open("/salon/").status == 200


@pytest.mark.django_db(transaction=True)
def test_without_a_database_a_form_comes_back_with_its_number(visitor, form):
    with database_away():
        page = visitor.send(form)
    assert page.status == 503
    again = page.form("/book/")
    assert again.fields["request_id"] == form.fields["request_id"]
    assert {name: again.fields[name] for name in ADA} == ADA
    assert visitor.send(again).status == 200
    assert Booking.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_form_in_flight_elsewhere_keeps_asking_and_then_books(visitor, form, settings):
    limits(settings, lock_timeout_milliseconds=100)
    with somebody_else_holds(form.fields["request_id"]):
        page = visitor.send(form)
        assert page.status == 409
        assert "still working" in page.text
        assert "data-ask-again" in page.html
        assert visitor.send(page.form("/book/")).status == 409
    again = page.form("/book/")
    assert again.fields["request_id"] == form.fields["request_id"]
    assert visitor.send(again).status == 200
    assert Booking.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_after_ten_seconds_in_flight_the_page_says_that_nothing_came(visitor, form, settings):
    limits(settings, lock_timeout_milliseconds=100)
    with somebody_else_holds(form.fields["request_id"]):
        page = visitor.send(form, asked_at=str(int(time.time()) - 11))
    assert page.status == 409
    assert "We did not receive it" in page.text
    assert visitor.send(page.form("/book/")).status == 200


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "y" * 64])
def test_a_form_of_another_session_is_handed_back(visitor, form, token):
    page = visitor.send(form, csrfmiddlewaretoken=token)
    assert page.status == 403
    assert visitor.send(page.form("/book/")).status == 200
    assert Booking.objects.get().name == ADA["name"]


@pytest.mark.django_db
def test_a_form_of_another_site_is_not_handed_back(visitor, form):
    response = visitor.client.post(
        form.action, form.fields | {"csrfmiddlewaretoken": ""}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert response.status_code == 403
    assert ADA["name"].encode() not in response.content


@pytest.mark.django_db
def test_too_much_text_is_413(visitor, form):
    page = visitor.send(form, notes="x" * 70_000)
    assert page.status == 413
    assert "Press Back" in page.text


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_our_own_mistakes_are_500_in_our_own_words(visitor):
    page = visitor.open("/boom/")
    assert page.status == 500
    assert "It is not your fault" in page.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/?x=%00", "/salon/cut/?date=%ff", "/salon/cut/book/?start=%00&resource=%00", "/%00/", "/b/%0a/"],
)
def test_odd_addresses_are_never_500(client, service, address):
    assert client.get(address).status_code in (200, 302, 400, 404)


@pytest.fixture
def production(settings):
    settings.DEMO = False
    limits(settings, rate_limit_per_minute=3)
    cache.clear()


def statuses(visitor, form, address, times, **headers):
    return [
        visitor.client.post(form.action, form.fields, REMOTE_ADDR=address, headers=headers).status_code
        for _ in range(times)
    ]


@pytest.mark.django_db
def test_an_address_that_sends_too_many_forms_has_to_wait(visitor, form, production):
    assert statuses(visitor, form, "203.0.113.5", 4) == [303, 303, 303, 429]
    response = visitor.client.post(form.action, form.fields, REMOTE_ADDR="203.0.113.5")
    assert 0 < int(response["Retry-After"]) <= 60
    assert form.fields["request_id"].encode() in response.content
    assert statuses(visitor, form, "203.0.113.6", 1) == [303]
    assert visitor.client.get("/salon/", REMOTE_ADDR="203.0.113.5").status_code == 200


@pytest.mark.django_db
def test_neighbours_in_one_ipv6_network_count_together(visitor, form, production):
    assert statuses(visitor, form, "2001:db8::1", 3) + statuses(visitor, form, "2001:db8::2", 1) == [
        303,
        303,
        303,
        429,
    ]


@pytest.mark.django_db
def test_the_loopback_has_no_limit(visitor, form, production):
    assert statuses(visitor, form, "127.0.0.1", 6) == [303] * 6


@pytest.mark.django_db
def test_a_demo_has_no_limit(visitor, form, production, settings):
    settings.DEMO = True
    assert statuses(visitor, form, "203.0.113.5", 6) == [303] * 6


@pytest.mark.django_db
def test_behind_a_proxy_the_visitor_counts_and_cannot_lie(visitor, form, production, settings):
    limits(settings, rate_limit_per_minute=3, trusted_proxies_count=1)
    claims = [{"X-Forwarded-For": f"10.0.0.{n}, 203.0.113.9"} for n in range(4)]
    assert [statuses(visitor, form, "127.0.0.1", 1, **claim)[0] for claim in claims] == [303, 303, 303, 429]


def test_a_limit_is_no_part_of_reading(rf):
    limit = RateLimit(lambda _request: HttpResponse("ok"))
    assert {limit(rf.get("/", REMOTE_ADDR="203.0.113.7")).status_code for _ in range(200)} == {200}
