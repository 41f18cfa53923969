"""Bookings that the rules of their place would not offer any more, and the changes that make them so.

A change never touches a booking: whoever makes it is shown those that it leaves outside, and decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import needs, obstacles, times
from bookings.booking import OPEN, Booking, Status
from bookings.obstacles import Obstacle, Timetable
from bookings.places import Location
from bookings.resources import Resource
from bookings.sessions import Allocation
from bookings.times import Offer
from operations.errors import Refusal
from operations.transactions import require_transaction

WORDS = {
    "service_off": gettext_lazy("Its service is switched off."),
    "closed": gettext_lazy("The place is not open then."),
    "too_long": gettext_lazy("The place closes before it ends."),
    "service_hours": gettext_lazy("Its service does not take place then."),
    "closure": gettext_lazy("The place is closed then."),
    "left": gettext_lazy("Whoever it is with is switched off."),
    "away": gettext_lazy("Whoever it is with is away then."),
    "break": gettext_lazy("Whoever it is with has a break then."),
    "not_at_work": gettext_lazy("Whoever it is with does not work then."),
    "lacking": gettext_lazy("It lacks something that its service needs now."),
    "not_theirs": gettext_lazy("Whoever it is with does not do this any more."),
}


MOST_WITH_WAYS, WAYS_COUNT = 40, 3


class LeftOutside(models.Model):
    """A booking that a change of the rules left as it is; counts while it still is in this session.

    A move leads to another session, to somebody else at the same time too; rows from before have the time.
    """

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="left_outside")
    starts_at = models.DateTimeField()
    session_number = models.BigIntegerField(null=True)
    code = models.CharField(max_length=20)
    noted_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.booking_id}: {self.code}"


@dataclass(frozen=True)
class Way:
    """A time that a booking could move to, and with whom."""

    start: datetime
    resource: Resource | None

    @property
    def value(self) -> str:
        """What a form sends."""
        return f"{self.start.isoformat()} {self.resource.slug if self.resource else ''}".strip()


@dataclass(frozen=True)
class Hit:
    """A booking to come, and what speaks against its time by the rules."""

    booking: Booking
    obstacle: Obstacle
    ways: tuple[Way, ...] = ()
    """Where else, by the rules that are tried out."""
    stand_in: Way | None = None
    """Somebody else who is free at the same time."""

    @property
    def mark(self) -> str:
        """What a form sends: which booking, as which version it was shown."""
        return f"{self.booking.pk}-{self.booking.version}"


class Unseen(Refusal):
    """Raised by `Watch.settle` for bookings that nobody has been shown; nothing may be changed then."""

    code = "unseen_bookings"
    message = gettext_lazy("Bookings to come lie outside of what you want to save.")

    def __init__(self, hits: list[Hit]) -> None:
        self.hits = hits
        super().__init__()


class Watch:
    """What lies outside before a change of a location's rules; made in the transaction of the change.

    The location's row is locked, so that two changes at once each see what the other has done.
    """

    def __init__(self, location_id: int) -> None:
        require_transaction()
        self.location_id = location_id
        before = Location.objects.select_for_update(no_key=True).get(pk=location_id)
        self._before = frozenset(of(before))

    def settle(self, seen: frozenset[int]) -> list[Hit]:
        """After the change: what it leaves outside, noted; raises Unseen if some are not in `seen`.

        A time that is only held is noted without asking: it counts, and is listed, once it is booked.
        """
        now, hits = self._look()
        made = _made(hits)
        if any(hit.booking.pk not in seen for hit in made):
            raise Unseen(
                [_with_ways(hit) if number < MOST_WITH_WAYS else hit for number, hit in enumerate(made)]
            )
        _note(self.location_id, now, hits)
        return made

    def leave(self) -> list[Hit]:
        """The same after a change that asks nobody, such as a file that is loaded: all of them stay."""
        now, hits = self._look()
        _note(self.location_id, now, hits)
        return _made(hits)

    def _look(self) -> tuple[dict[int, Hit], list[Hit]]:
        now = of(Location.objects.get(pk=self.location_id))
        return now, [hit for pk, hit in now.items() if pk not in self._before]


def of(location: Location) -> dict[int, Hit]:
    """The bookings to come, and times held, that the rules would not offer any more, soonest first.

    Seven queries.
    """
    statuses = [Status.DRAFT, *OPEN]
    to_come = Booking.objects.filter(location=location, status__in=statuses, starts_at__gt=timezone.now())
    bookings = list(to_come.select_related("service", "resource").order_by("starts_at", "pk"))
    if not bookings:
        return {}
    held = _held(bookings)
    resources = {each.pk: each for found in held.values() for each in found}
    table = obstacles.timetable(location, resources.values(), _days(location, bookings))
    needed = needs.of(booking.service_id for booking in bookings)
    found = {}
    for booking in bookings:
        booking.location = booking.service.location = location
        own = held[booking.session_id]
        if obstacle := _against(table, booking, own) or needs.against(needed, booking, own):
            found[booking.pk] = Hit(booking, obstacle)
    return found


def still_left(location: Location) -> list[Booking]:
    """The bookings that changes left outside and that are to come, soonest first; one query."""
    found = listed().filter(location=location).select_related("service", "resource", "left_outside")
    return list(found.order_by("starts_at", "pk"))


def listed() -> models.QuerySet[Booking]:
    """The bookings left outside that nobody has moved, ended or settled since."""
    same = Q(left_outside__session_number=F("session_id")) | Q(left_outside__session_number=None)
    return Booking.objects.filter(
        same, left_outside__starts_at=F("starts_at"), status__in=OPEN, starts_at__gt=timezone.now()
    )


def why(booking: Booking) -> str:
    """Why it was left outside, in a sentence."""
    words = WORDS.get(booking.left_outside.code)
    return str(words or _("It lies outside the hours."))


def _made(hits: list[Hit]) -> list[Hit]:
    """Those that somebody has booked, and does not only hold."""
    return [hit for hit in hits if hit.booking.status != Status.DRAFT]


def _with_ways(hit: Hit) -> Hit:
    """The nearest free times; in the transaction of a change those of the rules that are tried out."""
    booking = hit.booking
    wish = booking.resource if booking.wants_resource else None
    offers = _nearest(booking, wish) if wish else []
    if not offers:
        wish, offers = None, _nearest(booking, None)
    found = [way for offer in offers if (way := _way(booking, offer, wish))]
    stand_in = _stand_in(booking, offers if wish is None else _nearest(booking, None))
    return replace(hit, ways=tuple(found[:WAYS_COUNT]), stand_in=stand_in)


def _stand_in(booking: Booking, offers: list[Offer]) -> Way | None:
    """Somebody else at the booking's own time."""
    own = next((offer for offer in offers if offer.start == booking.starts_at), None)
    return _way(booking, own, None) if own else None


def _nearest(booking: Booking, wish: Resource | None) -> list[Offer]:
    return times.nearest(
        booking.service, booking.starts_at, count=WAYS_COUNT + 1, resource=wish, people=booking.people
    )


def _way(booking: Booking, offer: Offer, wish: Resource | None) -> Way | None:
    """Whoever serves it now stays, where they can; at its own time nothing would move with them."""
    if offer.start != booking.starts_at:
        stays = booking.resource if booking.resource in offer.resources else None
        return Way(offer.start, wish or stays or next(iter(offer.resources), None))
    other = next((each for each in offer.resources if each != booking.resource), None)
    return Way(offer.start, other) if other else None


def _held(bookings: list[Booking]) -> dict[int, list[Resource]]:
    """By session, the people and rooms it holds; one query."""
    found: dict[int, list[Resource]] = defaultdict(list)
    rows = Allocation.objects.filter(session__in={each.session_id for each in bookings})
    for allocation in rows.select_related("resource").order_by("pk"):
        found[allocation.session_id].append(allocation.resource)
    return found


def _days(location: Location, bookings: list[Booking]) -> set[date]:
    return {
        moment.astimezone(location.zone).date()
        for each in bookings
        for moment in (each.starts_at, each.ends_at)
    }


def _against(table: Timetable, booking: Booking, resources: list[Resource]) -> Obstacle | None:
    if not booking.service.is_active:
        said = {"service": booking.service.name}
        return Obstacle("service_off", _("%(service)s is switched off and not booked any more.") % said)
    wanted = int(booking.starts_at.timestamp()), int(booking.ends_at.timestamp())
    if against := table.against_place(wanted) or table.against_service(booking.service, wanted):
        return against
    return next((found for each in resources if (found := table.against(each, wanted))), None)


def _note(location_id: int, now: Mapping[int, Hit], hits: list[Hit]) -> None:
    """Keep those that are left, and forget those that are inside again."""
    LeftOutside.objects.filter(booking__location=location_id).exclude(booking__in=list(now)).delete()
    LeftOutside.objects.bulk_create(
        [
            LeftOutside(
                booking=hit.booking,
                starts_at=hit.booking.starts_at,
                session_number=hit.booking.session_id,
                code=hit.obstacle.code,
            )
            for hit in hits
        ],
        update_conflicts=True,
        unique_fields=["booking"],
        update_fields=["starts_at", "session_number", "code", "noted_at"],
    )
