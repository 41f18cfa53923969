"""Records for tests, brought into their state by the same transitions as real ones, so that history fits."""

import uuid
from datetime import datetime, timedelta

import factory
from django.db import transaction
from django.utils import timezone

from bookings.models import (
    Allocation,
    Booking,
    Enquiry,
    Location,
    Message,
    Resource,
    Service,
    Session,
    WaitEntry,
)
from bookings.offerings import Approval
from bookings.resources import ResourceKind
from notifications.models import Delivery
from operations import workflow
from operations.attempts import Attempt
from operations.workflow import WORKER, Actor, Operation, Source

CUSTOMER = Operation(actor=Actor.CUSTOMER, source=Source.WEB)
STAFF = Operation(actor=Actor.STAFF, source=Source.DESK, reason="a test says so")
SCHEDULE = Operation(actor=Actor.SCHEDULE, source=Source.SCHEDULE, reason="a test says so")


def in_a_week() -> datetime:
    """09:00 UTC in seven days."""
    return (timezone.now() + timedelta(days=7)).replace(hour=9, minute=0, second=0, microsecond=0)


class LocationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Location

    slug = factory.Sequence("place-{}".format)
    name = factory.Sequence("Place {}".format)
    time_zone = "Europe/Berlin"
    currency = "EUR"
    country = "DE"
    subdivision = "BE"
    opening_hours = "Mo-Su 08:00-20:00"
    address = "Teststraße 1, 10115 Berlin"
    phone = "+49 30 5550 100"
    email = factory.LazyAttribute(lambda place: f"staff@{place.slug}.example")


class ResourceFactory(factory.django.DjangoModelFactory):
    """A person; `room=True` or `equipment=True` for the rest."""

    class Meta:
        model = Resource

    class Params:
        room = factory.Trait(kind=ResourceKind.ROOM)
        equipment = factory.Trait(kind=ResourceKind.EQUIPMENT)

    location = factory.SubFactory(LocationFactory)
    slug = factory.Sequence("resource-{}".format)
    name = factory.Sequence("Resource {}".format)
    kind = ResourceKind.PERSON


class ServiceFactory(factory.django.DjangoModelFactory):
    """Half an hour, accepted automatically; `by_staff=True` and the like ask somebody first."""

    class Meta:
        model = Service

    class Params:
        by_staff = factory.Trait(approval=Approval.STAFF)
        by_payment = factory.Trait(approval=Approval.PAYMENT, deposit="10.00")
        by_partner = factory.Trait(approval=Approval.PARTNER)
        group = factory.Trait(capacity=14)

    location = factory.SubFactory(LocationFactory)
    slug = factory.Sequence("service-{}".format)
    name = factory.Sequence("Service {}".format)
    minutes = 30
    price = "28.00"


def person_of(location: Location) -> Resource:
    """The location's first person, made when it has none."""
    first = location.resources.filter(kind=ResourceKind.PERSON, is_active=True).first()
    return first or ResourceFactory(location=location)


class SessionFactory(factory.django.DjangoModelFactory):
    """A session and its allocations: of `resources`, or of the location's first person."""

    class Meta:
        model = Session

    service = factory.SubFactory(ServiceFactory)
    location = factory.SelfAttribute("service.location")
    starts_at = factory.LazyFunction(in_a_week)
    ends_at = factory.LazyAttribute(lambda run: run.starts_at + timedelta(minutes=run.service.minutes))
    capacity = factory.SelfAttribute("service.capacity")

    resources = factory.LazyAttribute(lambda run: [person_of(run.location)])

    @classmethod
    def _create(cls, model_class, *args, resources, **kwargs):
        session = super()._create(model_class, *args, **kwargs)
        before = timedelta(minutes=session.service.buffer_before_minutes)
        after = timedelta(minutes=session.service.buffer_after_minutes)
        occupied = (session.starts_at - before, session.ends_at + after)
        for resource in resources:
            Allocation.objects.create(session=session, resource=resource, occupied=occupied)
        return session


class WorkflowFactory(factory.django.DjangoModelFactory):
    """Begins a record as `operation` and performs `moves` on it: (transition, arguments[, operation])."""

    class Meta:
        abstract = True

    operation = CUSTOMER
    begun = "begin"
    moves = ()

    @classmethod
    def _create(cls, model_class, *args, operation, begun, moves, **kwargs):
        with transaction.atomic():
            record = model_class(*args, **kwargs)
            workflow.begin(record, operation, begun)
            cls._attach(record)
        for name, arguments, *mover in moves:
            record = advance(record, name, *mover, **arguments)
        return record

    @classmethod
    def _attach(cls, record):
        """What belongs to the record and must be committed with it."""


def advance(record, transition, operation=WORKER, /, **kwargs):
    """Perform a transition on a fresh copy of the record, in a transaction of its own; returns the copy."""
    with transaction.atomic():
        fresh = workflow.fetch(type(record), pk=record.pk)
        workflow.perform(fresh, transition, operation, **kwargs)
    return fresh


class BookingFactory(WorkflowFactory):
    """A submitted booking of its own session in a week; each trait leads it on by real transitions.

    Give `service`, `session`, `starts_at` or `resource` as needed; a given session brings its service and
    times, and the next free place in it is taken.
    """

    class Meta:
        model = Booking

    class Params:
        draft = factory.Trait(begun="begin", status="draft", stale_after=factory.LazyFunction(timezone.now))
        waiting = factory.Trait(moves=factory.LazyFunction(lambda: (asked("staff"),)))
        waiting_for_payment = factory.Trait(moves=factory.LazyFunction(lambda: (asked("payment"),)))
        waiting_for_partner = factory.Trait(moves=factory.LazyFunction(lambda: (asked("partner"),)))
        accepted = factory.Trait(moves=(("accept", {}),))
        in_progress = factory.Trait(moves=(("accept", {}), ("start", {}, STAFF)))
        completed = factory.Trait(moves=(("accept", {}), ("complete", {}, SCHEDULE)))
        cancelled = factory.Trait(moves=(("accept", {}), ("cancel", {"by": "customer"}, CUSTOMER)))
        cancelled_by_staff = factory.Trait(
            moves=(("accept", {}), ("cancel", {"by": "staff", "reason": "The stylist is ill."}, STAFF))
        )
        failed = factory.Trait(moves=(("fail", {"code": "processing_error", "text": "a test says so"}),))

    begun = "submit"
    service = factory.SubFactory(ServiceFactory)
    location = factory.SelfAttribute("service.location")
    resource = factory.LazyAttribute(lambda booking: person_of(booking.location))
    starts_at = factory.LazyFunction(in_a_week)
    session = factory.SubFactory(
        SessionFactory,
        service=factory.SelfAttribute("..service"),
        starts_at=factory.SelfAttribute("..starts_at"),
        resources=factory.LazyAttribute(lambda run: [run.factory_parent.resource]),
    )
    ends_at = factory.SelfAttribute("session.ends_at")
    place = factory.LazyAttribute(lambda booking: booking.session.bookings.live().count() + 1)
    time_zone = factory.SelfAttribute("location.time_zone")
    local_start = factory.LazyAttribute(
        lambda booking: booking.starts_at.astimezone(booking.location.zone).isoformat(timespec="seconds")
    )
    name = factory.Sequence("Customer {}".format)
    email = factory.Sequence("customer{}@example.com".format)
    price = factory.SelfAttribute("service.price")
    currency = factory.SelfAttribute("location.currency")
    stale_after = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=1))

    @classmethod
    def _generate(cls, strategy, params):
        if session := params.get("session"):
            params = {"service": session.service, "starts_at": session.starts_at, **params}
        return super()._generate(strategy, params)


def asked(whom: str) -> tuple[str, dict[str, object]]:
    """The move of a booking that begins to wait for somebody until tomorrow."""
    return "ask", {"whom": whom, "until": timezone.now() + timedelta(days=1)}


class EnquiryFactory(WorkflowFactory):
    class Meta:
        model = Enquiry

    class Params:
        answered = factory.Trait(moves=(("reply", {"text": "Yes, we do."}, STAFF),))
        closed = factory.Trait(moves=(("close", {}, STAFF),))

    begun = "enquire"
    location = factory.SubFactory(LocationFactory)
    name = factory.Sequence("Visitor {}".format)
    email = factory.Sequence("visitor{}@example.com".format)
    text = "Do you cut curly hair?"
    stale_after = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))


class WaitEntryFactory(WorkflowFactory):
    """Somebody who waits for the morning in a week; `offered=True` holds a time of their own for them."""

    class Meta:
        model = WaitEntry

    begun = "join"
    service = factory.SubFactory(ServiceFactory, wait_list=True)
    location = factory.SelfAttribute("service.location")
    starts_at = factory.LazyFunction(in_a_week)
    day = factory.LazyAttribute(lambda entry: entry.starts_at.astimezone(entry.location.zone).date())
    until = factory.LazyAttribute(lambda entry: entry.starts_at - timedelta(hours=1))
    stale_after = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=5))
    name = factory.Sequence("Patient {}".format)
    email = factory.Sequence("patient{}@example.com".format)

    @classmethod
    def _create(cls, model_class, *args, offered=False, **kwargs):
        entry = super()._create(model_class, *args, **kwargs)
        if not offered:
            return entry
        until = timezone.now() + timedelta(hours=2)
        person = ResourceFactory(location=entry.location)
        with transaction.atomic():
            booking = BookingFactory(
                service=entry.service,
                starts_at=entry.starts_at,
                resource=person,
                begun="offer",
                status="draft",
                stale_after=until,
            )
            fresh = workflow.fetch(WaitEntry, pk=entry.pk)
            workflow.perform(fresh, "offer", WORKER, booking=booking, until=until)
        return fresh


LEASED = ("lease", {"token": uuid.UUID(int=1), "worker": uuid.UUID(int=2)})
DONE = (LEASED, ("acknowledge", {"external_id": "queued as 17"}))
UNKNOWN = (LEASED, ("lose_verdict", {"failure_text": "The connection dropped after the last dot."}))
DEAD = (LEASED, ("give_up", {"failure_class": "permanent", "failure_text": "550 no such user"}))


class DeliveryFactory(WorkflowFactory):
    """A pending confirmation to the customer of `booking` (an accepted one unless given, or None)."""

    class Meta:
        model = Delivery

    class Params:
        working = factory.Trait(moves=(LEASED,))
        done = factory.Trait(moves=DONE)
        confirmed = factory.Trait(moves=(*DONE, ("confirm", {"evidence": "link opened"}, CUSTOMER)))
        bounced = factory.Trait(moves=(*DONE, ("bounce", {"evidence": "550 no such user"})))
        unknown = factory.Trait(moves=UNKNOWN)
        dead = factory.Trait(moves=DEAD)
        held = factory.Trait(moves=(("hold", {}, STAFF),))
        cancelled = factory.Trait(moves=(("supersede", {}),))
        expired = factory.Trait(
            not_after=factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=1)),
            moves=(("expire", {}, SCHEDULE),),
        )
        settled = factory.Trait(moves=(*DEAD, ("settle", {"evidence": "told on the telephone"}, STAFF)))

    operation = WORKER
    begun = "queue"
    booking = factory.SubFactory(BookingFactory, accepted=True)
    kind = "confirmation"
    channel = "email"
    dedupe_key = factory.Sequence("test:{}".format)
    recipient = factory.Maybe("booking", factory.SelfAttribute("booking.email"), "somebody@example.com")
    reference = factory.Maybe("booking", factory.SelfAttribute("booking.reference"), "")
    location = factory.Maybe("booking", factory.SelfAttribute("booking.location.slug"), "")
    harm_at = factory.Maybe("booking", factory.SelfAttribute("booking.starts_at"), None)
    not_after = factory.SelfAttribute("harm_at")

    @classmethod
    def _create(cls, model_class, *args, operation, begun, moves, booking=None, **kwargs):
        with transaction.atomic():
            delivery = super()._create(
                model_class, *args, operation=operation, begun=begun, moves=(), **kwargs
            )
            if booking:
                Message.objects.create(delivery=delivery, booking=booking, revision=booking.revision)
            for name, arguments, *mover in moves:
                delivery = advance(delivery, name, *mover, **arguments)
                if name == "lease":
                    _record_attempt(delivery)
                elif delivery.attempts:
                    Attempt.objects.of(delivery).filter(outcome="").update(
                        outcome=delivery.failure_class or "done", finished_at=timezone.now()
                    )
        return delivery


def _record_attempt(delivery: Delivery) -> None:
    assert delivery.lease_token is not None
    assert delivery.worker is not None
    Attempt.objects.create(
        effect_model=delivery._meta.label_lower,
        effect_id=delivery.pk,
        lease_token=delivery.lease_token,
        worker=delivery.worker,
    )
