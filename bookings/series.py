"""A series of bookings at the same wall time: the dates it has, and booking those that are free in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import (
    allocation,
    changes,
    eligibility,
    explanations,
    intake,
    processing,
    recurrence,
    roster,
    steady,
    times,
)
from bookings.allocation import TimeTaken
from bookings.booking import Booking, Status
from bookings.eligibility import NotOffered, Rules
from bookings.intake import Submission
from bookings.offerings import Service
from bookings.recurrence import Series
from bookings.resources import Resource, ResourceKind
from bookings.roster import Roster
from operations import intents, queue, workflow
from operations.errors import Busy
from operations.transactions import use_case
from operations.workflow import Actor, Operation, Source

TRIES = 3

LeftOut = Mapping[str, str | None]


class NothingFree(TimeTaken):
    """Raised when not one of the dates could be booked; nothing was changed."""

    message = gettext_lazy("None of these dates is free any more.")


@dataclass(frozen=True)
class Occasion:
    """One date of a series: `start` is None where the calendar has no such date, `why` says what is wrong.

    `against` is what the rules say of a date that is free and could be booked by setting them aside.
    """

    day: date
    start: datetime | None
    why: str = ""
    against: str = ""

    @property
    def is_free(self) -> bool:
        return self.start is not None and not self.why


@dataclass(frozen=True)
class Booked:
    """The series of a request id, and whether an earlier, equal request had made it already."""

    series: Series
    is_repeat: bool


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """What is wanted again and again."""

    service: Service
    first: datetime
    every: str
    count: int
    resource: Resource | None = None
    people: int = 1
    rules: Rules = Rules.ALL


def plan(rhythm: Rhythm) -> list[Occasion]:
    """Every date of the series, and what is wrong with those that cannot be booked now.

    At most `series_bookings_count` dates. The rules are read once; a query or two for each date.
    """
    found = dates(rhythm)
    known = roster.of_dates(rhythm.service, [day for day, _start in found])
    return [_occasion(rhythm, day, start, known) for day, start in found]


def dates(rhythm: Rhythm) -> list[tuple[date, datetime | None]]:
    """Every date with its start, None where the clocks skip it; `series_bookings_count` at most."""
    zone = rhythm.service.location.zone
    count = min(rhythm.count, settings.HOLDFAST.series_bookings_count)
    days = recurrence.days(rhythm.first.astimezone(zone).date(), rhythm.every, count)
    return [(day, recurrence.at(day, rhythm.first, zone)) for day in days]


def book(
    request: intents.Request,
    wanted: Submission,
    every: str,
    starts: Sequence[datetime],
    *,
    source: Source,
    by: Operation | None = None,
    left_out: Sequence[LeftOut] = (),
) -> Booked:
    """Book these dates of the series that begins with `wanted`; the same request id gives the same series.

    `left_out` are the other dates, for the page of the series. Where anyone will do, all dates are with the
    same person as far as that one is free. `by` is who books on behalf of the customer; without it, the
    customer does. A date that was taken meanwhile is kept as missed and the rest is booked.
    Raises NothingFree when there is no rest, LikelyDuplicate when one of the dates was booked a moment ago
    and that is not meant, what `intents.claim` raises, and ValueError for more than `series_bookings_count`:
    no form has so many.
    """
    if len(starts) > settings.HOLDFAST.series_bookings_count:
        raise ValueError(f"{len(starts)} dates in a series")
    operation = by or Operation(actor=Actor.CUSTOMER, source=source, request_id=request.key)
    rather = steady.preferred(wanted, starts)
    attempt = partial(_record, request, wanted, every, sorted(starts), operation, left_out, rather)
    for _try in range(TRIES - 1):
        try:
            return attempt()
        except intents.InFlight:
            raise
        except Busy:  # somebody else wanted one of the times at this moment: the key is still free
            continue
    return attempt()


def cancellable(series: Series) -> list[Booking]:
    """The bookings of a series that its customer may cancel now, soonest first."""
    bookings = series.bookings.select_related("location", "service").order_by("starts_at", "pk")
    return [booking for booking in bookings if not explanations.why_not(booking, "cancel")]


@use_case
def cancel_rest(request: intents.Request, series: Series, seen: Mapping[int, int], *, source: Source) -> int:
    """Cancel whatever of the series can be, once; returns how many.

    `seen` has the version of each booking that the person was shown. Raises StaleRecord, and then cancels
    none, when one of them is not as they saw it.
    """
    claim = intents.claim(request, {"series": series.pk, "action": "cancel_rest"})
    if not claim.won:
        return 0
    operation = Operation(actor=Actor.CUSTOMER, source=source, request_id=request.key)
    rest = sorted(booking.pk for booking in cancellable(series))
    for pk in rest:
        booking = workflow.fetch(Booking, version=seen.get(pk, 0), pk=pk)
        changes.call_off(booking, operation)
    claim.intent.settle(series, "cancelled")
    return len(rest)


def _occasion(rhythm: Rhythm, day: date, start: datetime | None, known: Roster) -> Occasion:
    service, resource, people = rhythm.service, rhythm.resource, rhythm.people
    if start is None:
        return Occasion(day, None, _("The clocks skip this time on that day."))
    desk = rhythm.rules.are_of_staff
    offers = times.offers(service, day, day, resource=resource, people=people, at_the_desk=desk, known=known)
    if any(offer.start == start for offer in offers):
        return Occasion(day, start)
    why = _rule_against(service, start, resource, Rules.DESK if desk else Rules.ALL, known)
    between_steps = desk and not why
    if (between_steps or (why and rhythm.rules is Rules.SET_ASIDE)) and times.is_free(
        service, start, resource=resource, people=people, at_the_desk=between_steps
    ):
        return Occasion(day, start, against=why)
    return Occasion(day, start, why or _("This time is taken."))


def _rule_against(
    service: Service, start: datetime, resource: Resource | None, rules: Rules, known: Roster
) -> str:
    """What the rules say against a date, in a sentence, or ""."""
    try:
        able = eligibility.candidates(service, start, rules, known).by_kind
    except NotOffered as refusal:
        return str(refusal)
    if resource and resource not in able.get(ResourceKind(resource.kind), ()):
        return _("%(name)s does not work at this time.") % {"name": resource.name}
    return ""


@use_case
def _record(
    request: intents.Request,
    wanted: Submission,
    every: str,
    starts: Sequence[datetime],
    operation: Operation,
    left_out: Sequence[LeftOut],
    rather: Resource | None,
) -> Booked:
    payload = wanted.payload() | {"every": every, "starts": list(starts)}
    claim = intents.claim(request, payload)
    if not claim.won:
        return Booked(Series.objects.get(request=claim.intent), is_repeat=True)
    location = wanted.service.location
    series = Series.objects.create(
        request=claim.intent, location=location, service=wanted.service, every=every, left_out=list(left_out)
    )
    intake.await_turns(wanted, starts)
    # In order of time, as all do: two series that want the same dates wait for each other in one direction.
    tried = [(start, _try(series, replace(wanted, start=start), operation, rather)) for start in starts]
    series.missed = [{"start": start.isoformat(), "code": code} for start, code in tried if code]
    if len(series.missed) == len(starts):
        raise NothingFree
    series.save(update_fields=["missed"])
    claim.intent.settle(series, "series")
    queue.wake(processing.TOPIC)
    return Booked(series, is_repeat=False)


def _try(series: Series, wanted: Submission, operation: Operation, rather: Resource | None) -> str:
    """Book one date behind a savepoint; the code of why it cannot be, or ""."""
    try:
        with transaction.atomic():
            _book_one(series, wanted, operation, rather)
    except (TimeTaken, NotOffered) as refusal:
        return refusal.code
    except IntegrityError as error:
        if not allocation.is_taken(error):
            raise
        return TimeTaken.code
    return ""


def _book_one(series: Series, wanted: Submission, operation: Operation, rather: Resource | None) -> None:
    earlier = intake.asked_before(wanted)
    details = intake.unusual(wanted)
    place = allocation.take(
        wanted.service,
        wanted.start,
        resource=wanted.resource,
        people=wanted.people,
        rules=wanted.rules,
        rather=rather,
    )
    now = timezone.now()
    late = now + timedelta(seconds=settings.HOLDFAST.processing_late_seconds)
    booking = Booking(
        status=Status.SUBMITTED,
        series=series,
        source=operation.source,
        next_at=now,
        stale_after=late,
        duplicate_of=earlier,
        **intake.facts(wanted, place),
    )
    workflow.begin(booking, operation, "submit", **details)
