"""Requests: what speaks against each, answered one by one or together, and ended as the customer was told."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from bookings.calendar import spoken
from bookings.models import Booking
from bookings.places import Closure
from bookings.resources import Absence
from notifications.models import Delivery
from operations import roles, sweeps
from operations.repair import RecoveryAttempt
from tests.calendar.attending import staff
from tests.calendar.pages import browser, look
from tests.factories import BookingFactory, ResourceFactory, ServiceFactory, advance
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service():
    return ServiceFactory(by_staff=True)


def request_for(service, hours=0, **given):
    starts_at = given.pop("starts_at", None) or BookingFactory._meta.declarations["starts_at"].function()
    person = given.pop("resource", None) or ResourceFactory(location=service.location)
    return BookingFactory(
        service=service, resource=person, starts_at=starts_at + timedelta(hours=hours), waiting=True, **given
    )


def path(service):
    return reverse("staff-requests", args=[service.location.slug])


def answer(client, service, answer, *requests, **given):
    form = look(client, path(service)).form(having="request_id")
    shown = [f"{each.pk}-{each.version}" for each in requests]
    return client.post(path(service), form.fields | {"answer": answer, "shown": shown} | given)


def statuses(*requests):
    return [Booking.objects.get(pk=each.pk).status for each in requests]


def test_many_are_accepted_at_once(service):
    requests = [request_for(service, hours) for hours in range(3)]

    assert answer(browser(), service, "accept", *requests).status_code == 303

    assert statuses(*requests) == ["accepted"] * 3
    assert Delivery.objects.filter(kind="confirmation").count() == 3
    assert RecoveryAttempt.objects.filter(user_id=staff().pk, remedy="accept").count() == 3


def test_the_button_of_one_row_answers_that_row_alone(service):
    one, other = request_for(service), request_for(service, 1)

    answer(browser(), service, f"accept:{one.pk}-{one.version}", other)

    assert statuses(one, other) == ["accepted", "submitted"]


def test_one_bad_row_does_not_stop_the_rest(service):
    stale, gone, fine = (request_for(service, hours, name=f"Caller {hours}") for hours in range(3))
    advance(stale, "correct_email", email="new@example.com")
    advance(gone, "cancel", by="customer")
    client = browser()

    answered = answer(client, service, "accept", stale, gone, fine)

    assert statuses(stale, gone, fine) == ["submitted", "cancelled", "accepted"]
    told = client.get(answered["Location"]).content.decode()
    assert "Caller 0" in told
    assert "Caller 1" in told
    assert f"Accepted: {spoken.of(fine)}. They are told by e-mail." in told


def test_a_refusal_needs_a_reason_which_the_customer_reads(service):
    one = request_for(service)
    client = browser()

    refused = answer(client, service, "decline", one)
    assert refused.status_code == 422
    assert f'value="{one.pk}-{one.version}" id="tick-{one.pk}" checked' in refused.content.decode()
    answer(client, service, "decline", one, reason="Fully booked.")

    assert statuses(one) == ["cancelled"]
    assert Booking.objects.get(pk=one.pk).cancel_reason == "Fully booked."
    assert Delivery.objects.filter(kind="declined").count() == 1


def test_declining_one_row_asks_beside_it_and_keeps_what_the_others_say(service):
    one, other = request_for(service), request_for(service, 1)
    client = browser()

    refused = answer(client, service, f"decline:{one.pk}-{one.version}", other)

    html = refused.content.decode()
    assert refused.status_code == 422
    assert f'href="#reason-{one.pk}-{one.version}"' in html
    assert (html.count('aria-invalid="true"'), html.count(" open")) == (1, 1)
    assert statuses(one, other) == ["submitted"] * 2


def test_whoever_declined_reads_whom_and_when_and_how_they_hear_of_it(service):
    one = request_for(service, name="Siân Llewellyn")
    client = browser()

    done = answer(client, service, f"decline:{one.pk}-{one.version}", reason="Fully booked.")

    told = client.get(done["Location"]).content.decode()
    assert f"Declined: Siân Llewellyn, {spoken.moment(one)}. They are told by e-mail." in told


def test_many_names_are_cut_short(service):
    requests = [request_for(service, hours, name=f"Caller {hours}") for hours in range(7)]
    client = browser()

    told = client.get(answer(client, service, "accept", *requests)["Location"]).content.decode()

    assert "Caller 4" in told
    assert "and 2 more." in told


def test_sending_twice_answers_once(service):
    one = request_for(service)
    client = browser()
    form = look(client, path(service)).form(having="request_id")
    data = form.fields | {"answer": "accept", "shown": [f"{one.pk}-{one.version}"]}

    assert [client.post(path(service), data).status_code for _twice in range(2)] == [303, 303]
    told = client.get(path(service)).content.decode()
    assert told.count("Already done. Nothing was done twice.") == 1
    assert "left as it is" not in told
    assert Delivery.objects.filter(kind="confirmation").count() == 1


def test_whoever_comes_second_reads_so_in_their_own_language(service):
    one = request_for(service, name="Anna Berg")
    client = browser()
    form = look(client, path(service)).form(having="request_id")
    answer(browser("lena"), service, "decline", one, reason="Fully booked.")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"

    late = {"answer": "accept", "shown": [f"{one.pk}-{one.version}"]}
    told = client.get(client.post(path(service), form.fields | late)["Location"]).content.decode()

    assert "Anna Berg" in told
    assert "Jemand oder etwas anderes war schneller." in told
    assert statuses(one) == ["cancelled"]


def test_nobody_answers_without_the_permission(service):
    one = request_for(service)

    refused = browser("eve", roles.AUDITOR).post(
        path(service), {"answer": "accept", "shown": [f"{one.pk}-{one.version}"]}
    )

    assert refused.status_code == 403
    assert (RecoveryAttempt.objects.get().subject_id, statuses(one)) == (one.pk, ["submitted"])


@pytest.mark.parametrize("data", [{}, {"answer": "explode"}, {"answer": "accept", "shown": ["1-", "x-1"]}])
def test_a_form_that_is_not_ours_does_nothing(service, data):
    one = request_for(service)

    assert browser().post(path(service), data).status_code in (400, 422)
    assert statuses(one) == ["submitted"]


def test_what_speaks_against_a_request_is_said(service):
    lena = ResourceFactory(location=service.location, name="Lena")
    one = request_for(service, resource=lena, email="anna@example.com")
    BookingFactory(
        service=service,
        resource=ResourceFactory(location=service.location),
        starts_at=one.starts_at,
        email="Anna@example.com",
        accepted=True,
    )
    request_for(service)
    Absence.objects.create(resource=lena, starts_at=one.starts_at, ends_at=one.ends_at)
    Closure.objects.create(
        location=service.location, starts_at=one.starts_at, ends_at=one.ends_at, reason="Storm"
    )

    text = look(browser(), path(service)).text

    assert "Lena is away then." in text
    assert "The place is closed then: Storm." in text
    assert "They have another booking at" in text
    assert "1 other request is for the same time" in text


def test_a_request_nothing_speaks_against_says_nothing(service):
    one = request_for(service)

    assert "⚠" not in look(browser(), path(service)).text
    assert one.name in look(browser(), path(service)).text


def test_many_requests_cost_no_more_queries(service, django_assert_max_num_queries):
    for number in range(12):
        request_for(service, number % 6)
    client = browser()
    client.get(path(service))

    with django_assert_max_num_queries(14):
        client.get(path(service))


def test_what_nobody_answers_ends_as_the_customer_was_told(service):
    one = request_for(service)
    Booking.objects.filter(pk=one.pk).update(answer_until=timezone.now() - timedelta(minutes=1))

    sweeps.sweep()

    ended = Booking.objects.get(pk=one.pk)
    assert (ended.status, ended.failure_code) == ("failed", "confirmation_expired")
    assert Delivery.objects.filter(kind="failed").count() == 1


def test_only_ones_own_requests_are_listed(service):
    mine, theirs = request_for(service), request_for(ServiceFactory(by_staff=True))

    page = Page(browser().get(path(service)), path(service))

    assert mine.name in page.text
    assert theirs.name not in page.text
