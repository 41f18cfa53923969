"""Another service, or more or fewer people, for a booking that stands: one booking, changed and explained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bookings import agreed, allocation, changes, messages, processing
from bookings.agreed import Agreed
from bookings.allocation import Place
from bookings.booking import Booking
from bookings.changes import NotAllowedNow
from bookings.eligibility import Rules
from bookings.offerings import Service
from bookings.resources import Resource
from bookings.sessions import LIVE_STATUSES
from operations import queue, workflow
from operations.workflow import Operation

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Wanted:
    """What a booking is to become; without a resource, with anyone who can."""

    service: Service
    people: int
    start: datetime
    resource: Resource | None


def change_to(
    booking: Booking, wanted: Wanted, operation: Operation, *, rules: Rules = Rules.DESK, tells: bool = True
) -> None:
    """Change a locked booking; it takes its new place before it leaves the old one.

    Raises NotAllowedNow for what it is already, and TimeTaken or NotOffered where the time has no room for
    it: then nothing is changed. Without a message somebody vouches that the customer knows.
    """
    if (wanted.service, wanted.people) == (booking.service, booking.people):
        raise NotAllowedNow(_("It is for this service and so many people already."))
    before, after, set_aside = agreed.of(booking), outlook(booking, wanted), ""
    place = _own_place(booking, wanted)
    if place is None:
        set_aside = allocation.rule_against(wanted.service, wanted.start, wanted.resource)
        place = _new_place(booking, wanted, rules)
    facts = _facts(booking, wanted, place, rules)
    after = replace(after, person=place.resource.name if place.resource else "")
    said, waited_for = agreed.in_short(before, after), booking.waiting_for
    workflow.perform(
        booking, "change", operation, facts=facts, said=said, silently=not tells, set_aside=set_aside
    )
    if booking.waiting_for != waited_for:
        messages.supersede_unsent(booking, operation)  # whoever was asked is not, and the new answer is told
        queue.wake(processing.TOPIC)
    changes.follow(booking, "changed", operation, tells=tells, before=before)


def outlook(booking: Booking, wanted: Wanted) -> Agreed:
    """What would be agreed; with whom is "" as long as it is anyone."""
    price, deposit = prices(booking, wanted.service, wanted.people)
    now = agreed.of(booking)
    stays = keeps_place(booking, wanted)
    return replace(
        now,
        service=wanted.service.name,
        people=wanted.people,
        start=wanted.start.astimezone(booking.location.zone).isoformat(),
        minutes=now.minutes if stays else wanted.service.minutes,
        person=now.person if stays else wanted.resource.name if wanted.resource else "",
        price=str(price),
        deposit="" if deposit is None else str(deposit),
        currency=currency_of(booking, wanted.service),
    )


def prices(booking: Booking, service: Service, people: int) -> tuple[Decimal, Decimal | None]:
    """Price and deposit for so many: of another service its own, of the same what was agreed for each."""
    if service == booking.service:
        shares = [
            None if amount is None else amount / booking.people * people
            for amount in (booking.price, booking.deposit)
        ]
    else:
        shares = [None if amount is None else amount * people for amount in (service.price, service.deposit)]
    price, deposit = (None if amount is None else amount.quantize(CENT) for amount in shares)
    return price or Decimal(), deposit


def currency_of(booking: Booking, service: Service) -> str:
    """Of another service that of its place today, as its price is; of the same what was agreed."""
    return booking.currency if service == booking.service else service.location.currency


def keeps_place(booking: Booking, wanted: Wanted) -> bool:
    """Whether it stays in its session: only the people change, and there is room for them."""
    same = (wanted.service, wanted.start) == (booking.service, booking.starts_at)
    if not same or wanted.resource not in (None, booking.resource):
        return False
    others = booking.session.bookings.filter(status__in=LIVE_STATUSES).exclude(pk=booking.pk)
    coming = sum(others.values_list("people", flat=True))
    return bool(coming + wanted.people <= booking.session.capacity)


def _own_place(booking: Booking, wanted: Wanted) -> Place | None:
    """Its own place for more or fewer people; the constraint has the last word on whether they fit."""
    if not keeps_place(booking, wanted):
        return None
    return Place(booking.session, booking.place, booking.resource)


def _new_place(booking: Booking, wanted: Wanted, rules: Rules) -> Place:
    return allocation.take(
        wanted.service,
        wanted.start.astimezone(booking.location.zone),
        resource=wanted.resource,
        people=wanted.people,
        leaving=changes.left_alone(booking.session, booking),
        rules=rules,
    )


def _facts(booking: Booking, wanted: Wanted, place: Place, rules: Rules) -> dict[str, Any]:
    price, deposit = prices(booking, wanted.service, wanted.people)
    session = place.session
    return {
        "service": wanted.service,
        "people": wanted.people,
        "session": session,
        "place": place.number,
        "resource": place.resource,
        "wants_resource": changes.is_wished(booking, place.resource, rules),
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "local_start": session.starts_at.astimezone(booking.location.zone).isoformat(),
        "price": price,
        "deposit": deposit,
        "currency": currency_of(booking, wanted.service),
    }
