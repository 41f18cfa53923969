"""Says for each row of a file what applying it would do, without doing it."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import eligibility, occupancy, phones, roster
from bookings.booking import Booking
from bookings.eligibility import NotOffered
from bookings.importing import checking
from bookings.importing.checking import Names, Unusable
from bookings.importing.formats import Row
from bookings.intake import Submission
from bookings.offerings import Service
from bookings.resources import Resource, ResourceKind
from bookings.roster import Roster
from operations import intents

BOOK, THERE, REFUSED = "book", "there", "refused"
WORDS: dict[str, str | Promise] = {
    BOOK: gettext_lazy("Will be booked"),
    THERE: gettext_lazy("Already there"),
    REFUSED: gettext_lazy("Not booked"),
}
SAID: dict[str, str | Promise] = {  # the refusals of the rules, to staff
    "past": gettext_lazy("It is in the past."),
    "inactive": gettext_lazy("The place or the service is switched off."),
    "closed": gettext_lazy("Outside the opening hours."),
    "nobody": gettext_lazy("Nobody who does this works then."),
}
OTHERWISE = gettext_lazy("It was booked with other details.")
KEPT_ROSTERS = 64


@dataclass(frozen=True)
class Verdict:
    """What becomes of a row, and why; `reference` is the booking that is there."""

    row: Row
    outcome: str
    why: str | Promise = ""
    reference: str = ""

    @property
    def word(self) -> str:
        return str(WORDS[self.outcome])


@dataclass
class _Taken:
    """What earlier rows of the file would take, by resource, sorted: they do not overlap."""

    spans: dict[int, list[tuple[datetime, datetime, int]]] = field(default_factory=lambda: defaultdict(list))

    def by(self, resource: int, begin: datetime, end: datetime) -> int:
        """The number of the row that has the resource then, or 0."""
        spans = self.spans[resource]
        at = bisect_left(spans, (begin, begin, 0))
        for span in spans[max(0, at - 1) : at + 1]:
            if span[0] < end and begin < span[1]:
                return span[2]
        return 0


@dataclass
class Planner:
    """Goes through the rows of one file in their order; what it keeps of a row is a key and a span."""

    names: Names
    seen: dict[object, int] = field(default_factory=dict)
    taken: _Taken = field(default_factory=_Taken)
    places: dict[tuple[int, datetime], int] = field(default_factory=dict)
    people: dict[tuple[int, datetime, str], int] = field(default_factory=dict)
    rosters: dict[tuple[int, date], Roster] = field(default_factory=dict)

    def verdicts(self, rows: Iterable[Row]) -> Iterator[Verdict]:
        """One for each row; a few queries each."""
        return (self.verdict(row) for row in rows)

    def verdict(self, row: Row) -> Verdict:
        """What would become of this row after those before it."""
        request = checking.request(row, self.names.location)
        earlier = self.seen.setdefault(request.key, row.number)
        if earlier != row.number:
            return Verdict(row, REFUSED, _("The same as row %(number)d.") % {"number": earlier})
        if intent := intents.find(request):
            return self._there(row, intent)
        try:
            wanted = checking.submission(row, self.names, silently=True)
            self._place(row, wanted)
        except Unusable as reason:
            return Verdict(row, REFUSED, str(reason))
        except NotOffered as refusal:
            return Verdict(row, REFUSED, str(SAID.get(refusal.code, refusal)))
        return Verdict(row, BOOK)

    def forget_times(self) -> None:
        """What earlier rows would take is not to be kept any more: they took it."""
        self.taken = _Taken()
        self.places.clear()
        self.people.clear()

    def _there(self, row: Row, intent: intents.Intent) -> Verdict:
        reference = Booking.objects.filter(request=intent).values_list("reference", flat=True).first()
        try:
            payload = checking.submission(row, self.names, silently=True).payload()
            is_same = intents.fingerprint(payload) == intent.fingerprint
        except Unusable:
            is_same = False
        return Verdict(row, THERE, "" if is_same else OTHERWISE, reference or "")

    def _place(self, row: Row, wanted: Submission) -> None:
        """Find room for the row as applying it would; raises Unusable or NotOffered."""
        service, start = wanted.service, wanted.start
        found = eligibility.by_the_hours(service, start, self._roster(service, start))
        choices = chosen(found.by_kind, wanted.resource)
        self._check_person(row, wanted)
        if self._joined(service, start, wanted.resource):
            return
        begin = start - timedelta(minutes=service.buffer_before_minutes)
        end = start + timedelta(minutes=service.minutes + service.buffer_after_minutes)
        busy = who_is_busy([each.pk for choice in choices for each in choice], begin, end)
        for choice in choices:
            free = next(
                (each for each in choice if each.pk not in busy and not self.taken.by(each.pk, begin, end)),
                None,
            )
            if free is None:
                raise Unusable(self._why_taken(choice, busy, begin, end))
            insort(self.taken.spans[free.pk], (begin, end, row.number))
        if service.capacity > 1:
            self.places[service.pk, start] = self.places.get((service.pk, start), 0) + service.capacity - 1

    def _check_person(self, row: Row, wanted: Submission) -> None:
        """The same person, service and time under another key would be the same appointment.

        By the address or by the number: what somebody says of a column later may add or take away either.
        """
        email, number = wanted.email.lower(), _number(wanted)
        keys = [(wanted.service.pk, wanted.start, each) for each in (email, number) if each]
        if earlier := next((self.people[key] for key in keys if key in self.people), 0):
            raise Unusable(_("The same customer and time as row %(number)d.") % {"number": earlier})
        person = Q(email__iexact=email) if email else Q()
        person |= Q(phone_key=number) if number else Q()
        same = Booking.objects.live().filter(person, service=wanted.service, starts_at=wanted.start)
        if reference := same.values_list("reference", flat=True).first():
            raise Unusable(
                _("The same customer has this time already: %(reference)s.") % {"reference": reference}
            )
        self.people.update(dict.fromkeys(keys, row.number))

    def _joined(self, service: Service, start: datetime, wish: Resource | None) -> bool:
        """Whether a group that is there, or that an earlier row opens, has a place left."""
        if service.capacity == 1:
            return False
        key = (service.pk, start)
        if key not in self.places:
            at = int(start.timestamp())
            self.places[key] = sum(
                each.places
                for each in occupancy.joinable(service, at, at)[at]
                if wish is None or wish.pk in each.resources
            )
        self.places[key] -= 1
        if self.places[key] >= 0:
            return True
        self.places[key] = 0
        return False

    def _roster(self, service: Service, start: datetime) -> Roster:
        day = start.astimezone(service.location.zone).date()
        if (service.pk, day) not in self.rosters:
            if len(self.rosters) >= KEPT_ROSTERS:
                self.rosters.clear()
            self.rosters[service.pk, day] = roster.load(service, day, day)
        return self.rosters[service.pk, day]

    def _why_taken(
        self, choice: tuple[Resource, ...], busy: dict[int, str], begin: datetime, end: datetime
    ) -> str:
        references = sorted({busy[each.pk] for each in choice if busy.get(each.pk)})
        rows = sorted({row for each in choice if (row := self.taken.by(each.pk, begin, end))})
        told = [*references, *(_("row %(number)d") % {"number": row} for row in rows)]
        return _("It overlaps with %(what)s.") % {"what": ", ".join(told[:4])}


def _number(wanted: Submission) -> str:
    """The number by which somebody is known; beside an address, "-" and the like say nothing."""
    if wanted.email and not phones.tail(wanted.phone):
        return ""
    return phones.key(wanted.phone, phones.country_of(wanted.service.location))


def chosen(
    by_kind: Mapping[ResourceKind, tuple[Resource, ...]], wish: Resource | None
) -> list[tuple[Resource, ...]]:
    """For each kind, who may serve; raises Unusable when the one who is wished for cannot."""
    if wish is None:
        return list(by_kind.values())
    kind = ResourceKind(wish.kind)
    if wish not in by_kind.get(kind, ()):
        raise Unusable(_("%(name)s does not do this then.") % {"name": wish.name})
    return [(wish,) if each == kind else choice for each, choice in by_kind.items()]


def who_is_busy(resources: list[int], begin: datetime, end: datetime) -> dict[int, str]:
    """By resource, the reference of a booking that holds it then; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_BUSY, [resources, begin.astimezone(UTC), end.astimezone(UTC)])
        return dict(cursor.fetchall())


_BUSY = """
    SELECT held.resource_id, min(booking.reference)
    FROM unnest(%s::bigint[]) AS wanted
    JOIN bookings_allocation AS held
        ON int8range(held.resource_id, held.resource_id, '[]') && int8range(wanted, wanted, '[]')
        AND held.occupied && tstzrange(%s, %s)
    JOIN bookings_booking AS booking
        ON booking.session_id = held.session_id AND booking.status NOT IN ('cancelled', 'failed')
    WHERE held.is_live GROUP BY held.resource_id"""
