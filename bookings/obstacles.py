"""What keeps a place or somebody from serving a stretch of time, each as a code and a sentence for staff.

One list of reasons for two questions: why a time is not offered, and which bookings new hours leave outside.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from django.utils import dateformat
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from bookings import away_words, opening, public_holidays, schedule, when
from bookings.calendar.day_grid import clock, closing_clock
from bookings.offerings import Service
from bookings.places import Closure, Location
from bookings.resources import Absence, Resource
from bookings.roster import REACH
from bookings.schedule import Offering, Opening
from bookings.spans import Span, merge, subtract


@dataclass(frozen=True)
class Obstacle:
    """Why not; `booking` is the id of the booking that is responsible, if one is."""

    code: str
    text: str
    booking: int | None = None


@dataclass(frozen=True)
class Gone:
    """A closure, or somebody's absence, with its reason as it was entered."""

    span: Span
    reason: str


@dataclass
class Timetable:
    """The hours, closures and absences of a place on some dates, read once for many questions."""

    location: Location
    days: Sequence[date]
    closures: list[Gone]
    absences: dict[int, list[Gone]]

    def __post_init__(self) -> None:
        self.opened: list[Opening] = schedule.openings(self.location, self.days)
        self._working: dict[int, list[Span]] = {}
        self._offerings: dict[int, Offering] = {}

    @cached_property
    def open_time(self) -> list[Span]:
        """When the place is open, closures taken out."""
        return subtract(merge(piece.span for piece in self.opened), [each.span for each in self.closures])

    def working(self, resource: Resource) -> list[Span]:
        """When somebody works, breaks taken out, absences not."""
        if resource.pk not in self._working:
            self._working[resource.pk] = schedule.work(resource, self.location, self.opened, self.days)
        return self._working[resource.pk]

    def offering(self, service: Service) -> Offering:
        """When a service takes place, as its hours are written; closures not taken out."""
        if service.pk not in self._offerings:
            self._offerings[service.pk] = schedule.offering(service, self.opened, self.days)
        return self._offerings[service.pk]

    def against_place(self, wanted: Span) -> Obstacle | None:
        """Why the place is not open for all of this time."""
        if holds(self.open_time, wanted):
            return None
        if closure := _first(self.closures, wanted):
            return Obstacle("closure", _closed_for(closure, self.location))
        begin = _local(wanted[0], self.location)
        if not holds(self.open_time, (wanted[0], wanted[0] + 1)):
            return Obstacle("closed", self._closed(begin))
        free = next(span for span in self.open_time if span[0] <= wanted[0] < span[1])
        said = {
            "end": clock(_local(wanted[1], self.location)),
            "closing": clock(_local(free[1], self.location)),
        }
        return Obstacle("too_long", _("It would end at %(end)s, and the place closes at %(closing)s.") % said)

    def against_service(self, service: Service, wanted: Span) -> Obstacle | None:
        """Why the service's own hours, where it has some, do not hold all of this time."""
        if not service.hours:
            return None
        offering = self.offering(service)
        if any(holds([stretch], wanted) for stretch in offering.stretches):
            return None
        ends = [end for begin, end in offering.stretches if begin <= wanted[0] < end]
        if not ends:
            return Obstacle("service_hours", self._elsewhen(service, _local(wanted[0], self.location).date()))
        said = {
            "service": service.name,
            "end": clock(_local(wanted[1], self.location)),
            "closing": clock(_local(max(ends), self.location)),
        }
        text = _("It would end at %(end)s, and by its own hours %(service)s ends at %(closing)s.")
        return Obstacle("service_hours", text % said)

    def against(self, resource: Resource, wanted: Span) -> Obstacle | None:
        """Why somebody is not there for all of this time."""
        name = resource.name
        if not resource.is_active:
            return Obstacle("left", _("%(name)s is switched off and not booked any more.") % {"name": name})
        if away := _first(self.absences.get(resource.pk, []), wanted):
            return Obstacle("away", _away(name, away, self.location))
        if holds(self.working(resource), wanted):
            return None
        for pause in self._pauses(resource):
            if meets(pause, wanted):
                said = {"name": name, "span": clocks(pause, self.location)}
                return Obstacle("break", _("%(name)s has a break, %(span)s.") % said)
        return Obstacle("not_at_work", self._not_at_work(resource, _local(wanted[0], self.location).date()))

    def holiday(self, day: date) -> str:
        """The name of the public holiday, or ""."""
        place = self.location
        return public_holidays.name(place.country, place.subdivision, day, get_language() or "en")

    def _closed(self, begin: datetime) -> str:
        day = begin.date()
        hours = [clocks(piece.span, self.location) for piece in self.opened if piece.day == day]
        said = {
            "day": _named(day),
            "hours": ", ".join(hours),
            "holiday": self.holiday(day),
        }
        if said["holiday"] and opening.parse(self.location.opening_hours).mentions_holidays:
            if hours:
                return _("%(day)s is a public holiday (%(holiday)s): open %(hours)s.") % said
            return _("The place is closed on %(day)s, a public holiday (%(holiday)s).") % said
        if hours:
            return _("The place is closed at that time: on %(day)s it is open %(hours)s.") % said
        return _("The opening hours open nothing on %(day)s.") % said

    def _elsewhen(self, service: Service, day: date) -> str:
        openings = [piece.span for piece in self.offering(service).openings if piece.day == day]
        said = {
            "service": service.name,
            "day": _named(day),
            "hours": ", ".join(clocks(span, self.location) for span in openings),
        }
        if openings:
            return _("%(service)s has hours of its own: on %(day)s it takes place %(hours)s.") % said
        return _("%(service)s has hours of its own and does not take place on %(day)s.") % said

    def _not_at_work(self, resource: Resource, day: date) -> str:
        begin, end = (
            schedule.instant(each, 0, self.location.zone) for each in (day, day + timedelta(days=1))
        )
        working = [
            clocks(span, self.location) for span in self.working(resource) if meets(span, (begin, end))
        ]
        said = {
            "name": resource.name,
            "day": _named(day),
            "hours": ", ".join(working),
        }
        if working:
            return _("%(name)s does not work then: on %(day)s at work %(hours)s.") % said
        return _("%(name)s does not work on %(day)s.") % said

    def _pauses(self, resource: Resource) -> list[Span]:
        zone = self.location.zone
        spans = [opening.parse_span(text) for text in resource.breaks]
        return [
            (schedule.instant(day, begin, zone), schedule.instant(day, end, zone))
            for day in self.days
            for begin, end in spans
        ]


def timetable(location: Location, resources: Iterable[Resource], days: Iterable[date]) -> Timetable:
    """What holds on these local dates, and on those beside them that reach into them; two queries."""
    reached = {day + timedelta(days=number) for day in days for number in range(-REACH.days, REACH.days + 1)}
    ordered = sorted(reached)
    begin = datetime.fromtimestamp(schedule.instant(ordered[0], 0, location.zone), UTC)
    end = datetime.fromtimestamp(schedule.instant(ordered[-1], 2 * opening.DAY_MINUTES, location.zone), UTC)
    during = {"starts_at__lt": end, "ends_at__gt": begin}
    absences: dict[int, list[Gone]] = defaultdict(list)
    for absence in Absence.objects.filter(resource__in=[each.pk for each in resources], **during):
        absences[absence.resource_id].append(_gone(absence))
    closures = [_gone(each) for each in Closure.objects.filter(location=location, **during)]
    return Timetable(location, ordered, closures, absences)


def meets(one: Span, other: Span) -> bool:
    """Whether two stretches have time in common."""
    return one[0] < other[1] and other[0] < one[1]


def holds(spans: Iterable[Span], wanted: Span) -> bool:
    """Whether the whole of a stretch lies in these, taken together."""
    return not subtract([wanted], spans)


def _gone(record: Absence | Closure) -> Gone:
    span = math.floor(record.starts_at.timestamp()), math.ceil(record.ends_at.timestamp())
    return Gone(span, record.reason)


def _first(gone: Iterable[Gone], wanted: Span) -> Gone | None:
    return min((each for each in gone if meets(each.span, wanted)), key=lambda each: each.span, default=None)


def _local(moment: int, location: Location) -> datetime:
    return datetime.fromtimestamp(moment, location.zone)


def _named(day: date) -> str:
    return dateformat.format(day, pgettext("date format", "l j F Y"))


def clocks(span: Span, location: Location) -> str:
    """Begin and end as the clock of the place shows them, with the dash that belongs there."""
    begin, end = clock(_local(span[0], location)), closing_clock(_local(span[1], location))
    return f"{begin}\N{EN DASH}{end}"


def _told(gone: Gone, location: Location) -> dict[str, str]:
    begin, end = (_local(edge, location) for edge in gone.span)
    return {
        "span": away_words.said(begin, end, location.zone, when.of_reader()),
        "reason": gone.reason or _("no reason given"),
    }


def _closed_for(closure: Gone, location: Location) -> str:
    return _("The place is closed: %(span)s (%(reason)s).") % _told(closure, location)


def _away(name: str, absence: Gone, location: Location) -> str:
    return _("%(name)s is away: %(span)s (%(reason)s).") % (_told(absence, location) | {"name": name})
