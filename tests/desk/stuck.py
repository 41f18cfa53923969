"""One builder for each declared condition: a record that is in it, made by real transitions if possible."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from bookings import outside
from bookings.models import WaitEntry
from notifications.models import Channel, Delivery, ProviderEvent, WebhookEndpoint
from operations import recovery
from operations.heartbeat import NOBODY_YET, WorkerHeartbeat
from operations.jobs import ScheduledJob
from operations.proving import Proof
from operations.recovery import Condition, Remedy
from tests.desk.campaigns import standing
from tests.factories import (
    BookingFactory,
    DeliveryFactory,
    EnquiryFactory,
    ResourceFactory,
    ServiceFactory,
    WaitEntryFactory,
    advance,
)
from tests.parcels.models import post

HOUR = timedelta(hours=1)
LEASE = {"token": UUID(int=7), "worker": UUID(int=8)}


def ago(length: timedelta) -> Any:
    return timezone.now() - length


def late_job() -> ScheduledJob:
    return ScheduledJob.objects.create(
        name="nightly", title="Nightly proof", every_seconds=86_400, late_after=ago(HOUR)
    )


def broken_promise() -> Proof:
    broken = [{"record": "HF-2345ABCD", "text": "has no event for version 3."}]
    findings = [{"code": "events", "title": "Every version has its event.", "broken": broken}]
    return Proof.objects.create(promises_count=12, broken_count=1, findings=findings, finished_at=ago(HOUR))


def nobody() -> WorkerHeartbeat:
    WorkerHeartbeat.objects.all().delete()
    return WorkerHeartbeat.objects.create(worker=NOBODY_YET, beat_at=ago(HOUR), silent_until=ago(HOUR))


def completed_untold() -> Model:
    booking = BookingFactory(starts_at=ago(48 * HOUR), completed=True)
    DeliveryFactory(booking=booking, dead=True, not_after=None)
    return booking


def left_outside() -> Model:
    booking = BookingFactory(accepted=True)
    with transaction.atomic():
        watch = outside.Watch(booking.location_id)
        type(booking.resource).objects.filter(pk=booking.resource_id).update(is_active=False)
        watch.settle(frozenset({booking.pk}))
    return booking


def lapsed(effect: Any) -> Any:
    """The same effect, with a lease that ran out an hour ago."""
    type(effect).objects.filter(pk=effect.pk).update(lease_until=ago(HOUR))
    return type(effect).objects.get(pk=effect.pk)


def too_late(delivery: Delivery) -> Delivery:
    """The same message, of use until an hour ago."""
    Delivery.objects.filter(pk=delivery.pk).update(not_after=ago(HOUR))
    return Delivery.objects.get(pk=delivery.pk)


def closed_channel() -> Channel:
    closed = {"is_paused": True, "pause_reason": "The password is wrong.", "paused_at": ago(HOUR)}
    return Channel.objects.update_or_create(name="email", defaults=closed)[0]


def gone_endpoint() -> WebhookEndpoint:
    endpoint = WebhookEndpoint.objects.create(url="https://example.com/hooks", description="Their calendar")
    endpoint.disable("It answered 410 Gone.", is_gone=True)
    return endpoint


def unmatched_report(**message: Any) -> ProviderEvent:
    told = {"provider": "mailgun", "kind": "delivered", "raw": "{}", "fate": "unmatched"}
    return ProviderEvent.objects.create(**{"event_id": str(uuid4())} | told | message)


def report_of_a_message_known_by_now() -> ProviderEvent:
    return unmatched_report(uid=DeliveryFactory(done=True).uid)


def dead_parcel() -> Any:
    leased = advance(post()[0], "lease", **LEASE)
    return advance(leased, "give_up", failure_class="permanent", failure_text="no such street")


def waits_for_a_free_time() -> WaitEntry:
    entry = WaitEntryFactory()
    ResourceFactory(location=entry.location)
    return entry


def overlooked(**traits: Any) -> WaitEntry:
    """Somebody nobody has looked for, or an offer that did not end, for an hour."""
    entry = WaitEntryFactory(**traits)
    WaitEntry.objects.filter(pk=entry.pk).update(look_at=ago(HOUR), stale_after=ago(HOUR))
    return WaitEntry.objects.get(pk=entry.pk)


def booked_twice() -> Model:
    """The later of two bookings of one person for one time."""
    first = BookingFactory(accepted=True, email="clara@example.com")
    same = {"email": first.email, "service": first.service, "starts_at": first.starts_at}
    another = ResourceFactory(location=first.location)
    return BookingFactory(accepted=True, duplicate_of=first, resource=another, **same)


BUILDERS: dict[str, Callable[[], Any]] = {
    "bookings.late": lambda: BookingFactory(stale_after=ago(HOUR)),
    "bookings.failed": lambda: BookingFactory(failed=True),
    "bookings.awaiting_staff": lambda: BookingFactory(service=ServiceFactory(by_staff=True), waiting=True),
    "bookings.awaiting_confirmation": lambda: BookingFactory(waiting_for_payment=True),
    "bookings.cancelled_by_staff": lambda: BookingFactory(cancelled_by_staff=True),
    "bookings.completed_untold": completed_untold,
    "bookings.possible_duplicate": booked_twice,
    "bookings.outside_hours": left_outside,
    "bookings.unfinished": lambda: BookingFactory(draft=True, stale_after=ago(HOUR)),
    "bookings.not_closed": lambda: BookingFactory(accepted=True, starts_at=ago(4 * HOUR)),
    "bookings.enquiry_open": EnquiryFactory,
    "bookings.on_wait_list": waits_for_a_free_time,
    "bookings.wait_late": overlooked,
    "notifications.late": lambda: DeliveryFactory(next_at=ago(HOUR)),
    "notifications.interrupted": lambda: lapsed(DeliveryFactory(working=True)),
    "notifications.unknown": lambda: DeliveryFactory(unknown=True),
    "notifications.dead": lambda: DeliveryFactory(dead=True),
    "notifications.bounced": lambda: DeliveryFactory(bounced=True),
    "notifications.held": lambda: DeliveryFactory(held=True),
    "notifications.missed": lambda: advance(too_late(DeliveryFactory(kind="reminder")), "expire"),
    "notifications.channel_closed": closed_channel,
    "notifications.report_unmatched": unmatched_report,
    "notifications.webhook_gone": gone_endpoint,
    "operations.campaign_prepared": standing.prepared,
    "operations.campaign_under_way": standing.under_way,
    "operations.campaign_stalled": standing.stalled,
    "operations.campaign_stopped": standing.stopped,
    "operations.promise_broken": broken_promise,
    "operations.job_late": late_job,
    "operations.no_worker": nobody,
    "parcels.interrupted": lambda: lapsed(advance(post()[0], "lease", **LEASE)),
    "parcels.stuck": dead_parcel,
}
# Where a remedy refuses what the condition's builder makes
REMEDY_BUILDERS: dict[str, Callable[[], Any]] = {
    "notifications.late-expire": lambda: too_late(DeliveryFactory()),
    "notifications.report_unmatched-retry": report_of_a_message_known_by_now,
    "bookings.wait_late-take_off": lambda: overlooked(offered=True),
    "notifications.held-expire": lambda: too_late(DeliveryFactory(held=True)),
}
ANSWERS = {
    "evidence": "They called back at noon.",
    "text": "Yes, we do.",
    "recipient": "right@example.com",
}

CONDITIONS = list(recovery.conditions().values())
REMEDIES = [(condition, remedy) for condition in CONDITIONS for remedy in condition.remedies]


def _name(condition: Condition, remedy: Remedy) -> str:
    return f"{condition.code}-{remedy.code}"


each_condition = pytest.mark.parametrize("condition", CONDITIONS, ids=lambda each: each.code)
each_remedy = pytest.mark.parametrize(
    ("condition", "remedy"), REMEDIES, ids=[_name(condition, remedy) for condition, remedy in REMEDIES]
)


def build(condition: Condition, remedy: Remedy | None = None) -> Any:
    """A record in that condition, to which the remedy, if one is given, applies."""
    return _builder(condition, remedy)()


def remedies_by_builder(condition: Condition) -> list[list[Remedy]]:
    """The condition's remedies, those together that apply to the same record."""
    found: dict[Callable[[], Any], list[Remedy]] = {}
    for remedy in condition.remedies:
        found.setdefault(_builder(condition, remedy), []).append(remedy)
    return list(found.values())


def _builder(condition: Condition, remedy: Remedy | None) -> Callable[[], Any]:
    special = REMEDY_BUILDERS.get(_name(condition, remedy)) if remedy else None
    return special or BUILDERS[condition.code]
