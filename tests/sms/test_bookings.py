"""Text messages about bookings, from the booking to what the gateway got and what every page says then."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from bookings import changes, merging, messages, processing, proof, remedies, text_messages, when
from bookings.booking import Booking
from bookings.waitlist import offering
from bookings.waitlist.entry import WaitEntry
from notifications import channels, draining, segments, sms
from notifications.models import Delivery
from operations import intents
from operations.workflow import Source
from tests import misbehaving_http as other_side
from tests.factories import (
    STAFF,
    BookingFactory,
    LocationFactory,
    ResourceFactory,
    ServiceFactory,
    WaitEntryFactory,
)

pytestmark = pytest.mark.django_db
NATIONAL, WRITTEN_OUT = "0170 1234567", "+491701234567"


@pytest.fixture
def gateway(settings):
    with other_side.receiver(other_side.answer(201, body=b'{"id": "sm-17"}')) as server:
        settings.SMS_URL, settings.SMS_SENDER = server.url, "Atelier"
        settings.HOLDFAST = replace(settings.HOLDFAST, outside_call_seconds=1)
        yield server


@pytest.fixture
def service():
    place = LocationFactory(text_messages=True, country="DE", time_zone="Europe/Berlin")
    return ServiceFactory(location=place, reminder_hours=[24, 2])


def booked(service, **fields):
    """A booking with a telephone number, accepted as a worker does it."""
    soon = timezone.now() + timedelta(days=3)
    booking = BookingFactory(**({"service": service, "phone": NATIONAL, "starts_at": soon} | fields))
    with transaction.atomic():
        locked = Booking.objects.select_related("service", "location").select_for_update(of=("self",))
        processing.decide(locked.get(pk=booking.pk), STAFF)
    return Booking.objects.get(pk=booking.pk)


def by(channel, booking, **wanted):
    return Delivery.objects.filter(message__booking=booking, channel=channel, **wanted)


def leave():
    while draining.drain(sms.SMS, sms.BY_SMS):
        pass


def texts(gateway):
    return [json.loads(request.body) for request in gateway.received]


def test_a_confirmation_goes_to_the_number_with_its_country_and_says_the_time_as_the_page_does(
    gateway, service
):
    booking = booked(service)
    leave()
    [sent] = texts(gateway)
    start = when.for_booking(booking).start

    assert sent["to"] == WRITTEN_OUT
    assert f"{start.date}, {start.time}" in sent["text"]
    assert f"/b/{booking.token}/" in sent["text"]
    assert segments.count(sent["text"]) <= sms.MOST_SEGMENTS


def test_the_one_mail_stays_the_one_mail(gateway, service):
    booking = booked(service)

    assert by("email", booking, kind="confirmation").count() == 1
    assert by("sms", booking, kind="confirmation").count() == 1
    assert by("sms", booking, kind="reminder").count() == 2


@pytest.mark.parametrize("missing", ["place", "gateway", "number"])
def test_without_one_of_the_three_there_is_mail_only(gateway, service, settings, missing):
    if missing == "place":
        service.location.text_messages = False
        service.location.save()
    if missing == "gateway":
        settings.SMS_URL = ""
    booking = booked(service, phone="" if missing == "number" else NATIONAL)

    assert by("email", booking).exists()
    assert not by("sms", booking).exists()


def test_the_page_and_the_api_say_what_is_known_of_each(gateway, service):
    booking = booked(service)
    leave()
    page = Client().get(f"/b/{booking.token}/").content.decode()
    answer = Client().get(f"/api/v1/bookings/{booking.token}").json()
    [told] = [
        each for each in answer["messages"] if each["channel"] == "sms" and each["kind"] == "confirmation"
    ]

    assert "Confirmation by text message:" in page
    assert "Accepted by the gateway at" in page
    assert told["explanation"].startswith("Accepted by the gateway at")
    assert 'data-message="confirmation" data-message-status="done" data-message-channel="sms"' in page


def test_a_move_takes_back_both_and_tells_the_new_time_by_both(gateway, service):
    booking = booked(service)
    leave()
    with transaction.atomic():
        messages.supersede_unsent(booking, STAFF)

    assert set(by("sms", booking, kind="reminder").values_list("status", flat=True)) == {"cancelled"}
    assert set(by("email", booking, kind="reminder").values_list("status", flat=True)) == {"cancelled"}
    with transaction.atomic():
        messages.tell(booking, "moved", STAFF)
        messages.remind(booking, STAFF)
    leave()
    assert texts(gateway)[-1]["text"].startswith("New time: ")


def test_staff_who_cancel_tell_it_by_text_too_and_no_reminder_leaves(gateway, service):
    booking = booked(service)
    with transaction.atomic():
        locked = Booking.objects.select_for_update(of=("self",)).get(pk=booking.pk)
        remedies.cancel(locked, STAFF)
    leave()

    assert [sent["text"].split(":")[0] for sent in texts(gateway)] == ["Cancelled"]
    assert not by("sms", booking, status="pending").exists()


def test_a_reminder_by_text_does_not_stand_behind_one_by_mail(gateway, service):
    booking = booked(service)
    Delivery.objects.filter(message__booking=booking, kind="reminder").update(next_at=timezone.now())
    leave()

    assert [sent["text"].split(":")[0] for sent in texts(gateway)].count("Reminder") == 1
    assert by("email", booking, kind="reminder", status="pending").count() == 2


def test_asking_for_the_last_message_again_asks_for_the_mail(gateway, service):
    booking = booked(service)
    changes.resend(
        intents.read(intents.issue(), "web:resend"), booking.token, version=booking.version, source=Source.WEB
    )

    assert by("sms", booking, kind="confirmation").count() == 1


def test_a_text_message_asked_for_by_its_id_comes_again_to_the_number(gateway, service):
    booking = booked(service)
    leave()
    wanted = by("sms", booking, kind="confirmation").get()
    with transaction.atomic():
        messages.send_copy(booking, STAFF, message_id=wanted.message_id)
    leave()

    assert [sent["to"] for sent in texts(gateway)] == [WRITTEN_OUT, WRITTEN_OUT]
    assert texts(gateway)[-1]["text"].startswith("You may already have this: ")


def test_what_is_no_number_waits_for_staff_instead_of_vanishing(gateway, service):
    booking = booked(service, phone="ask at the bar")
    leave()

    assert by("sms", booking, kind="confirmation").get().status == "dead"
    assert not gateway.received


def test_a_closed_gateway_holds_texts_and_lets_mail_go(gateway, service):
    channels.pause("sms", "no money left")
    booking = booked(service)
    leave()

    assert by("sms", booking, kind="confirmation").get().status == "held"
    assert by("email", booking, kind="confirmation").get().status == "pending"


def test_long_names_still_fit(gateway, service):
    service.name, service.location.name = "髪のカット" * 20, "美容室" * 30
    service.save()
    service.location.save()
    booked(service)
    leave()

    assert segments.count(texts(gateway)[0]["text"]) <= sms.MOST_SEGMENTS


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("0170 1234567", "DE", "+491701234567"),
        ("+44 7700 900123", "DE", "+447700900123"),
        ("(212) 555-0100", "US", "+12125550100"),
        ("0170 1234567", "", "0170 1234567"),
        ("call me", "DE", "call me"),
    ],
)
def test_numbers_take_the_country_of_the_place(typed, country, number):
    assert text_messages.written_out(typed, LocationFactory.build(country=country)) == number


def test_every_promise_holds_with_text_messages(gateway, service):
    booked(service)

    assert [*proof.untold(), *proof.told_too_much(), *proof.reminded_wrongly()] == []


def test_a_time_that_comes_twice_is_told_apart(service):
    twice = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    booking = Booking(
        service=service,
        location=service.location,
        starts_at=twice,
        ends_at=twice,
        time_zone="Europe/Berlin",
    )

    assert text_messages.when_in_words(booking, "en").endswith("02:30 (Central European Time, UTC+02:00)")


def test_a_customer_who_cancels_gets_no_text_about_it_and_none_that_was_waiting(gateway, service):
    booking = booked(service)
    changes.cancel(
        intents.read(intents.issue(), "web:cancel"), booking.token, version=booking.version, source=Source.WEB
    )
    leave()

    assert set(by("sms", booking).values_list("status", flat=True)) == {"cancelled"}
    assert texts(gateway) == []


def test_an_offer_from_the_wait_list_comes_by_both(gateway, service):
    place = service.location
    entry = WaitEntryFactory(service=service, phone=NATIONAL)
    ResourceFactory(location=place)
    with transaction.atomic():
        locked = WaitEntry.objects.select_related("service__location", "resource").get(pk=entry.pk)
        booking = offering.offer(locked, entry.starts_at, STAFF)
    leave()
    [sent] = texts(gateway)

    assert by("email", booking, kind="wait_list_offer").count() == 1
    assert sent["to"] == WRITTEN_OUT
    assert f"/b/{booking.token}/" in sent["text"]
    assert "Held for you until" in sent["text"]
    assert segments.count(sent["text"]) <= sms.MOST_SEGMENTS


def test_an_offer_that_was_taken_leaves_by_no_way_any_more(gateway, service):
    entry = WaitEntryFactory(service=service, phone=NATIONAL)
    ResourceFactory(location=service.location)
    with transaction.atomic():
        locked = WaitEntry.objects.select_related("service__location", "resource").get(pk=entry.pk)
        booking = offering.offer(locked, entry.starts_at, STAFF)
    changes.take(
        intents.Request("web:take", uuid.uuid4()), booking.token, version=booking.version, source=Source.WEB
    )
    leave()

    assert texts(gateway) == []


def test_somebody_without_an_address_learns_by_text_message_that_two_bookings_became_one(gateway, service):
    by_phone = {"email": "", "phone": NATIONAL}
    first = booked(service, **by_phone)
    second = booked(
        service,
        **by_phone,
        resource=ResourceFactory(location=service.location),
        starts_at=first.starts_at,
        duplicate_of=first,
    )
    with transaction.atomic():
        merging.merge(Booking.objects.select_for_update(of=("self",)).get(pk=second.pk), STAFF)
    leave()

    assert "One booking instead of two" in texts(gateway)[-1]["text"]
