"""Every failure, whoever answers it, is a problem with a type of its own that the docs explain."""

import re
import uuid

import pytest
from django.db import OperationalError, connection
from django.test import Client

from bookings.api import problems
from tests.api.calls import V1, assert_problem, get, post, wish
from tests.factories import BookingFactory


def call(method, path, **extra):
    return Client(raise_request_exception=False).generic(method, f"{V1}{path}", **extra)


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/bookings/a/b", "/bookings/a%00b", "/bookings/%FF", "/locations/"]
)
def test_an_unknown_address_is_not_found(path):
    assert_problem(get(path), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/locations", "GET, HEAD"),
        ("GET", "/bookings", "POST"),
        ("PUT", "/bookings/token", "GET, HEAD"),
        ("GET", "/bookings/token/cancel", "POST"),
        ("OPTIONS", "/bookings", "POST"),
        ("GET", "/providers/stripe/events", "POST"),
    ],
)
def test_another_method_is_refused_with_those_that_are_allowed(method, path, allowed):
    response = call(method, path)

    assert_problem(response, 405, "method-not-allowed")
    assert response["Allow"] == allowed


@pytest.mark.django_db
def test_head_is_get_without_the_body(service):
    path = "/locations/harbour-hair/services/cut/times"
    full, head = get(path), call("HEAD", path)

    assert (head.status_code, head.content, head["ETag"]) == (200, b"", full["ETag"])
    assert head["Content-Length"] == str(len(full.content))
    assert call("HEAD", "/nothing").content == b""


@pytest.mark.parametrize("provider", ["stripe", "caldav", "anything"])
def test_no_provider_is_set_up(provider):
    response = call("POST", f"/providers/{provider}/events", data=b"raw", content_type="text/plain")

    assert_problem(response, 404, "unknown-provider")


def test_a_raw_body_has_a_limit_too():
    response = call(
        "POST", "/providers/stripe/events", data=b"r" * (64 * 1024 + 1), content_type="text/plain"
    )

    assert_problem(response, 413, "too-large")


def test_a_body_without_length_is_refused():
    response = call("POST", "/bookings", HTTP_TRANSFER_ENCODING="chunked")

    assert_problem(response, 411, "length-required")


def test_a_wrong_host_is_a_bad_request():
    assert_problem(get("/locations", Host="evil.example"), 400, "bad-request")


@pytest.mark.django_db
def test_too_many_calls_are_told_when_to_come_back(service, settings):
    settings.DEMO = False
    responses = [call("POST", "/bookings", REMOTE_ADDR="198.51.100.7") for _ in range(70)]

    assert_problem(responses[-1], 429, "too-many-requests")
    assert int(responses[-1]["Retry-After"]) <= 60


def failing_with(error):
    """Every statement fails like this, as when the server has gone."""

    def fail(*_statement):
        raise error

    return connection.execute_wrapper(fail)


AWAY = OperationalError("server closed the connection unexpectedly")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/locations", "/bookings/token"])
def test_without_a_database_it_says_when_to_come_back(path):
    with failing_with(AWAY):
        response = get(path)

    assert_problem(response, 503, "unavailable")
    assert response["Retry-After"]


@pytest.mark.django_db
def test_a_write_without_a_database_leaves_its_key_unused(service, start):
    key = uuid.uuid4()
    with failing_with(AWAY):
        assert_problem(post("/bookings", wish(service, start), key=key), 503, "unavailable")

    assert "Idempotency-Replayed" not in post("/bookings", wish(service, start), key=key)


@pytest.mark.django_db
def test_a_bug_is_a_problem_without_details():
    with failing_with(ZeroDivisionError("secret details")):
        response = get("/locations/harbour-hair/services")

    assert_problem(response, 500, "internal-error")
    assert b"secret" not in response.content


@pytest.mark.django_db
def test_every_type_of_problem_is_explained_on_the_docs_page():
    page = Client().get(f"{V1}/docs").content.decode()

    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert {kind.code for kind in problems.KINDS} <= anchors
    assert {kind.uri for kind in problems.KINDS} == {f"{V1}/docs#{kind.code}" for kind in problems.KINDS}


@pytest.mark.django_db
def test_the_docs_page_needs_nothing_from_elsewhere_and_no_script():
    page = Client().get(f"{V1}/docs").content.decode()

    assert "<script" not in page
    assert "style=" not in page
    assert not re.search(r'(src|href)="(https?:)?//', page)


@pytest.mark.django_db
def test_every_link_of_the_docs_page_leads_somewhere():
    page = Client().get(f"{V1}/docs").content.decode()

    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors


@pytest.mark.django_db
def test_errors_are_never_stored_by_caches():
    assert get("/bookings/unknown")["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_a_booking_is_kept_by_nobody_but_its_customer():
    assert "private" in get(f"/bookings/{BookingFactory().token}")["Cache-Control"]
