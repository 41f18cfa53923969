"""Fills the demonstration with a believable week, through the same use cases that serve real customers."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import cycle

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bookings import changes, contact, explanations, intake, language, processing, remedies, times
from bookings.booking import Booking, Waiting
from bookings.demo import customers
from bookings.intake import Submission
from bookings.offerings import Service
from bookings.places import Location
from bookings.times import Offer
from operations import intents, workflow
from operations.workflow import Actor, Operation, Source

SEED = 20270101
WEEK = timedelta(days=6)
BOOKINGS = {
    "barber-berlin": 13,
    "physio-london": 8,
    "yoga-ny": 16,
    "garage-lord-howe": 5,
    "court-tokyo": 11,
    "night-clinic-casablanca": 8,
    "registry-kathmandu": 9,
}
POPULAR_GROUP_TIMES = 4
SHARE_WITH_A_WISH = 0.3


class StillUnprocessed(RuntimeError):
    """Raised when the demonstration's bookings could not be processed; the log says why."""


def fill() -> int:
    """Book a week at every loaded place, let it be processed and changed; returns how many bookings."""
    chance = random.Random(SEED)  # noqa: S311  # nothing secret: every demonstration looks alike
    for location in Location.objects.filter(slug__in=BOOKINGS):
        _Place(location, chance).book(BOOKINGS[location.slug])
    while processing.drain():
        pass
    if Booking.objects.unprocessed().exists():
        raise StillUnprocessed("Some bookings of the demonstration were not processed.")
    _settle_some_requests()
    _change_some_minds(chance)
    _write_some_enquiries(chance)
    return Booking.objects.count()


class _Place:
    def __init__(self, location: Location, chance: random.Random) -> None:
        self.location, self.chance = location, chance
        people = customers.at(location.slug)
        chance.shuffle(people)
        self.customers = cycle(people)
        self.services = list(location.services.filter(is_active=True))
        self.popular: dict[Service, list[datetime]] = {}
        self.present: defaultdict[datetime, set[str]] = defaultdict(set)

    def book(self, count: int) -> None:
        """The first service is the most wanted one."""
        weights = [3, *[1] * (len(self.services) - 1)]
        for service in self.chance.choices(self.services, weights, k=count):
            service.location = self.location
            if offer := self.choose(service):
                self.submit(service, offer)

    def choose(self, service: Service) -> Offer | None:
        """A free time of the week, for a group one of a few popular ones; None in a week that is closed."""
        today = timezone.localdate(timezone=self.location.zone)
        offers = times.offers(service, today, today + WEEK)
        if service.capacity > 1 and offers:
            popular = self.popular.setdefault(
                service, self.chance.sample([offer.start for offer in offers], POPULAR_GROUP_TIMES)
            )
            offers = [offer for offer in offers if offer.start in popular]
        return self.chance.choice(offers) if offers else None

    def how_many(self, service: Service, offer: Offer) -> int:
        """Every third one brings somebody along, where that is possible."""
        is_third = len(self.present[offer.start]) % 3 == 0
        return 2 if is_third and min(service.most_people, offer.places_left) > 1 else 1

    def submit(self, service: Service, offer: Offer) -> None:
        customer = next(each for each in self.customers if each.email not in self.present[offer.start])
        self.present[offer.start].add(customer.email)
        wish = self.chance.random() < SHARE_WITH_A_WISH
        submission = Submission(
            service=service,
            start=offer.start,
            resource=self.chance.choice(offer.resources) if wish else None,
            name=customer.name,
            email=customer.email,
            phone=customer.phone,
            language=_of_customers(self.location),
            people=self.how_many(service, offer),
        )
        intake.submit(_request(self.chance, "web:book"), submission, source=Source.WEB)


def _settle_some_requests() -> None:
    """Staff agree to the soonest request of every place and see most payments; the rest is left to do."""
    requests = Booking.objects.awaiting_staff().order_by("starts_at")
    paid = Booking.objects.awaiting_confirmation().filter(waiting_for=Waiting.PAYMENT).order_by("starts_at")
    chosen = [(booking.pk, "") for booking in requests[:2]]
    chosen += [(booking.pk, "Paid at the desk.") for booking in paid[3:]]
    for pk, reason in chosen:
        with transaction.atomic():
            booking = workflow.fetch(Booking, pk=pk)
            processing.accept(booking, _staff(reason))


def _change_some_minds(chance: random.Random) -> None:
    """Two customers cancel, one moves, and one is called off by staff."""
    accepted = Booking.objects.filter(status="accepted").select_related("service__location")
    later = [
        booking
        for booking in accepted.order_by("pk")
        if {"cancel", "move"} <= {*explanations.allowed_actions(booking)}
    ]
    first, second, moved, called_off = chance.sample(later, 4)
    for booking in (first, second):
        request = _request(chance, "web:cancel")
        changes.cancel(request, booking.token, version=booking.version, source=Source.WEB)
    alternatives = times.nearest(moved.service, moved.starts_at)
    changes.move(
        _request(chance, "web:move"),
        moved.token,
        version=moved.version,
        source=Source.WEB,
        start=alternatives[-1].start,
        resource=None,
    )
    with transaction.atomic():
        remedies.cancel(workflow.fetch(Booking, pk=called_off.pk), _staff("Ill; please choose another day."))


def _write_some_enquiries(chance: random.Random) -> None:
    for slug, text in (
        ("barber-berlin", "Schneidet ihr auch Kinder unter drei Jahren? Wir kämen zu zweit."),
        ("yoga-ny", "Is the studio accessible by wheelchair, and do you have mats to borrow?"),
    ):
        location = Location.objects.get(slug=slug)
        writer = chance.choice(customers.at(slug))
        contact.enquire(
            _request(chance, "web:contact"),
            location=location,
            name=writer.name,
            email=writer.email,
            text=text,
            source=Source.WEB,
            language=_of_customers(location),
        )


def _of_customers(location: Location) -> str:
    """What people at this place speak, where our texts exist in it."""
    ours = {code for code, _name in settings.LANGUAGES}
    return location.locale if location.locale.split("-")[0] in ours else language.of_reader(location)


def _request(chance: random.Random, scope: str) -> intents.Request:
    return intents.Request(scope, uuid.UUID(int=chance.getrandbits(128), version=4))


def _staff(reason: str) -> Operation:
    return Operation(actor=Actor.STAFF, source=Source.DESK, reason=reason)
