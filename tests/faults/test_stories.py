"""Faults that take their time: each moment is compared with what its story says, the clock is moved."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone

from bookings import changes, processing
from bookings.models import Booking
from notifications import evidence, kinds, work
from notifications.models import Delivery, WebhookEndpoint
from notifications.webhooks import announcing, switching
from operations import intents, recovery, workflow
from operations.heartbeat import WorkerHeartbeat
from operations.history import Event
from operations.intents import Intent
from operations.workflow import WORKER, Source
from tests import misbehaving_http as other_side
from tests.factories import BookingFactory, DeliveryFactory, ResourceFactory, ServiceFactory
from tests.faults import acts, test_database, test_kills
from tests.faults.acts import drain_all, sweep_and_drain
from tests.faults.stories import STORIES
from tests.misbehaving_smtp import DROP
from tests.notifications.checker import check_against
from tests.webhooks.conftest import announced, leave

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LINK = re.compile(r"https?://[^/\s]+(/[^\s\"<>)]*)")
LOST = "The connection was lost while we were waiting for its verdict on the message: …"


def later(**length):
    return time_machine.travel(timezone.now() + timedelta(**length))


def accepted(**kwargs):
    """A booking that the worker accepts now."""
    booking = BookingFactory(**kwargs)
    with transaction.atomic():
        processing.accept(workflow.fetch(Booking, pk=booking.pk), WORKER)
    return Booking.objects.get(pk=booking.pk)


def reminders(booking):
    return Delivery.objects.filter(message__booking=booking, kind="reminder").order_by("next_at")


def change(action):
    return intents.read(intents.issue(), f"web:{action}")


def test_three_hours_down(server, show):
    acts.three_hours_down(server, show)


def test_login_repaired(server, show):
    server.fault("mail", "535 5.7.8 bad credentials")
    delivery = DeliveryFactory()
    drain_all()
    show("at once", delivery, "The mail server refuses our login: 535 5.7.8 bad credentials")
    server.behave()
    with later(seconds=61):
        sweep_and_drain()
        show("a minute after it was corrected", delivery)


def test_dropped_after_the_dot(server, show):
    server.fault("dot", DROP, times=1)
    delivery = DeliveryFactory()
    drain_all()
    show("at once", delivery, LOST)
    with later(minutes=16):
        sweep_and_drain()
        show("after a quarter of an hour", delivery)
    check_against(server)


def test_dropped_just_before_the_start(server, show):
    server.fault("dot", DROP, times=1)
    delivery = DeliveryFactory(booking=BookingFactory(accepted=True, starts_at=timezone.now() + HOUR / 6))
    drain_all()
    show("at once", delivery, LOST)
    with later(minutes=16):
        sweep_and_drain()
    assert len(server.received) == 1


def test_failing_text(server, show, limits, monkeypatch):
    def compose(_delivery):
        raise ZeroDivisionError("a text of ours")

    limits(backoff_first_seconds=0)
    monkeypatch.setitem(kinds.kinds(), "confirmation", replace(kinds.find("confirmation"), compose=compose))
    delivery = DeliveryFactory()
    for _time in range(3):
        work.drain()
    show("at the third failure", delivery, "ZeroDivisionError: a text of ours")


def test_four_days_of_500_then_410(show, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    announcing.forget_listeners()
    with other_side.receiver(other_side.answer(500)) as receiver, later(seconds=0) as clock:
        types = ["booking.accepted"]
        endpoint = WebhookEndpoint.objects.create(url=receiver.url, description="CRM", event_types=types)
        messages = [announced(accepted=True) for _ in range(6)]
        for _step in range(4 * 12 + 1):
            leave()
            clock.shift(2 * HOUR)
        show("after four days", messages[0], "The other side cannot take it now (500).")

        receiver.always = other_side.answer(410)
        leave()
        probed = Delivery.objects.get(failure_text__contains="410")
        show("at the 410", probed, "The other side says that nobody listens there any more (410).")

        receiver.always = other_side.answer(204)
        switching.enable(WebhookEndpoint.objects.get(pk=endpoint.pk))
        leave()
        show("when it is enabled again", messages[0])
    announcing.forget_listeners()
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}


def test_scanned_links(server, show):
    delivery = DeliveryFactory()
    drain_all()
    booking = Booking.objects.get()
    counted = booking.version, Event.objects.count(), Intent.objects.count()
    letter = server.received[0].mail
    parts = [letter.get_body((kind,)).get_content() for kind in ("plain", "html")]
    links = {html.unescape(link) for part in parts for link in LINK.findall(part)}
    assert any(booking.token in link for link in links)
    for link in links | {f"/b/{booking.token}/{page}/" for page in ("cancel", "move", "resend", "address")}:
        for method in (Client().get, Client().head):
            assert method(link).status_code == 200, link

    assert (Booking.objects.get().version, Event.objects.count(), Intent.objects.count()) == counted
    show("afterwards", delivery)


def test_bounced_next_day(server, show):
    delivery = DeliveryFactory()
    drain_all()
    show("on the first day", delivery)
    with later(days=1):
        assert evidence.bounced(delivery.uid, "550 5.1.1 mailbox closed")
        show("on the next day", delivery, "550 5.1.1 mailbox closed")


def test_cancelled_before_the_reminder(server, show):
    booking = accepted()
    reminder = reminders(booking)[0]
    changes.cancel(change("cancel"), booking.token, version=booking.version, source=Source.WEB)
    with time_machine.travel(reminder.next_at + HOUR):
        sweep_and_drain()
        show("afterwards", reminder)


def test_moved_before_the_reminder(server, show):
    service = ServiceFactory(location__opening_hours="24/7")
    service.requirements.create(kind="person")
    ResourceFactory(location=service.location)
    booking = accepted(service=service)
    old, start = reminders(booking)[0], booking.starts_at + 24 * HOUR
    changes.move(
        change("move"), booking.token, version=booking.version, source=Source.WEB, start=start, resource=None
    )
    with time_machine.travel(old.next_at + HOUR / 2):
        sweep_and_drain()
        show("the old reminder", old)
        show("the new reminder", reminders(booking).filter(status="pending").first())


def test_reminders_stood_still(server, show):
    now = timezone.now()
    too_late = accepted(starts_at=now + 30 * HOUR)
    of_use = accepted(starts_at=now + 60 * HOUR)
    drain_all()
    WorkerHeartbeat.objects.create(worker=uuid4(), beat_at=now, silent_until=now)
    with later(days=2):
        assert recovery.conditions()["operations.no_worker"].records().exists()
        sweep_and_drain()
        show("a reminder that is still of use", reminders(of_use)[0])
        show("a reminder that is not", reminders(too_late).last())
    check_against(server)


def test_every_story_is_told():
    tests = {name for module in (globals(), vars(test_kills), vars(test_database)) for name in module}
    assert {f"test_{code}" for code in STORIES} <= tests
