"""Proves that each endpoint is told each event it wants exactly once, whoever comes first."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.announcements import BOOKING_EVENTS
from bookings.booking import Booking
from notifications.models import Announcement, Delivery, WebhookEndpoint
from notifications.webhooks import announcing, switching
from operations import workflow
from operations.workflow import WORKER, Event
from tests.factories import BookingFactory, EnquiryFactory, LocationFactory, ServiceFactory, advance
from tests.racing import race

pytestmark = pytest.mark.django_db


def told(endpoint: WebhookEndpoint) -> list[str]:
    deliveries = Delivery.objects.filter(announcement__endpoint=endpoint)
    return list(deliveries.order_by("pk").values_list("kind", flat=True))


def test_every_event_is_told_once_however_often_we_look(endpoint):
    BookingFactory(accepted=True)
    announcing.announce_recent()
    announcing.announce_all()
    announcing.announce_recent()

    assert told(endpoint) == ["booking.submitted", "booking.accepted"]


def test_a_delivery_begins_with_an_event_that_explains_it(endpoint):
    BookingFactory()
    announcing.announce_all()
    delivery = Delivery.objects.get()

    connection.check_constraints()
    assert (delivery.channel, delivery.recipient) == (f"webhook:{endpoint.pk}", "127.0.0.1")
    assert Event.objects.of(delivery).get().transition == "queue"
    assert Announcement.objects.get(event__subject_model="bookings.booking").delivery == delivery


def test_what_happened_before_the_endpoint_was_made_is_not_told(server):
    BookingFactory()
    endpoint = WebhookEndpoint.objects.create(url=server.url)
    announcing.announce_recent()
    announcing.announce_all()

    assert told(endpoint) == []


def test_only_wanted_types_are_told(endpoint):
    WebhookEndpoint.objects.update(event_types=["booking.cancelled", "enquiry.received"])
    BookingFactory(cancelled=True)
    EnquiryFactory()
    announcing.announce_all()

    assert told(endpoint) == ["booking.cancelled", "enquiry.received"]


def test_only_the_wanted_location_is_told(endpoint):
    here = LocationFactory(slug="here")
    WebhookEndpoint.objects.update(location="here")
    BookingFactory()
    BookingFactory(service=ServiceFactory(location=here))
    announcing.announce_all()

    assert [delivery.location for delivery in Delivery.objects.filter(announcement__endpoint=endpoint)] == [
        "here"
    ]


def test_what_commits_late_is_told_although_its_time_lies_before_the_mark(endpoint):
    booking = BookingFactory()
    WebhookEndpoint.objects.update(
        told_from=timezone.now() - timedelta(hours=1), told_until=timezone.now() + timedelta(minutes=5)
    )
    announcing.announce_all()

    assert [delivery.reference for delivery in Delivery.objects.all()] == [booking.reference]


def test_more_than_one_batch_is_told(endpoint, monkeypatch):
    monkeypatch.setattr(announcing, "BATCH", 3)
    for _ in range(5):
        BookingFactory(accepted=True)

    assert announcing.announce_all() == 10
    assert len(told(endpoint)) == 10


def test_a_disabled_endpoint_is_told_nothing_and_later_everything(endpoint):
    switching.disable(endpoint, "The receiver is being moved.")
    BookingFactory(accepted=True)
    announcing.announce_all()
    assert told(endpoint) == []

    switching.enable(endpoint)
    announcing.announce_all()
    assert told(endpoint) == ["booking.submitted", "booking.accepted"]


def test_a_change_wakes_the_worker_only_when_somebody_listens(server):
    booking = BookingFactory()
    assert _topics_woken_by(booking, "accept") == 0
    WebhookEndpoint.objects.create(url=server.url)
    assert _topics_woken_by(booking, "cancel", by="staff") == 1


def test_with_nobody_listening_a_change_costs_no_query(endpoint):
    WebhookEndpoint.objects.all().delete()
    announcing.forget_listeners()
    booking = BookingFactory(accepted=True)  # asks once, and remembers
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        workflow.perform(workflow.fetch(Booking, pk=booking.pk), "complete", WORKER)

    assert not [query for query in queries if "webhook" in query["sql"] or "ormq" in query["sql"]]


def test_each_change_of_a_booking_is_told_or_left_out_on_purpose():
    field = Booking._meta.get_field("status")
    left_out = {
        "postpone",
        "revise",
        "answer",
        "take_place",
        "settle_duplicate",
        "acknowledge",
        "stay_outside",
        "let_go",
        "forget",
    }
    moves = {move.name for move in field.get_all_transitions(Booking)}

    assert moves | {"submit"} == set(BOOKING_EVENTS) | left_out


def _topics_woken_by(booking: Booking, move: str, **arguments: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_q_ormq")
        advance(booking, move, **arguments)
        cursor.execute("SELECT count(*) FROM django_q_ormq")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_workers_that_announce_at_the_same_moment_tell_everything_once(endpoint):
    for _ in range(3):
        BookingFactory(accepted=True)
    counts = race(4, lambda _: announcing.announce_all())

    assert sum(counts) == 6
    assert sorted(told(endpoint)) == 3 * ["booking.accepted"] + 3 * ["booking.submitted"]
