"""Offers what has become free to whoever waits for it, first come first served, one transaction an offer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, connection
from django.db.models import Min
from django.utils import timezone

from bookings import allocation, intake, messages, times
from bookings.allocation import TimeTaken
from bookings.booking import Booking, Status
from bookings.eligibility import NotOffered
from bookings.intake import Submission
from bookings.offerings import Service
from bookings.resources import Resource
from bookings.waitlist.entry import FreedDay, WaitEntry, late_from
from operations import turns, workflow
from operations.errors import Busy
from operations.transactions import require_transaction, use_case
from operations.workflow import WORKER, Operation

log = structlog.get_logger("holdfast.wait_list")
TOPIC = "wait_list"
TRIES = 3


def drain() -> bool:
    """Look at what is due, one service and date after the other; True when more may be due.

    A line that cannot be served holds up no other; its error is raised when the rest is done.
    """
    failures: list[Exception] = []
    more = [_look_around_freed(failures), _look_at_due(failures)]
    if failures:
        raise failures[0]
    return any(more)


def due_since() -> datetime | None:
    """Since when the oldest entry, or time that was left, waits for somebody to look."""
    looked_for: datetime | None = WaitEntry.objects.due().aggregate(oldest=Min("look_at"))["oldest"]
    freed: datetime | None = FreedDay.objects.due().aggregate(oldest=Min("at"))["oldest"]
    return min((moment for moment in (looked_for, freed) if moment), default=None)


def serve(service: int, day: date) -> int:
    """Offer every time of that date that is free to those who wait for it; returns how many offers."""
    made = lost = 0
    while lost < TRIES and not turns.is_over():
        try:
            if not _serve_one(service, day):
                break
            made += 1
        except Busy:
            lost += 1
        except IntegrityError as error:
            if not allocation.is_taken(error):
                raise
            lost += 1  # somebody booked it at this very moment: look again
    return made


def serve_next(service: int, day: date, operation: Operation) -> bool:
    """Make one offer to the first in line whom a free time suits, in the caller's transaction.

    Whoever is under somebody's lock is passed over: something is being done about them right now.
    """
    require_transaction()
    queue_up(service, day)
    line = list(WaitEntry.objects.in_line(service, day).select_related("service__location", "resource"))
    for waiting, start in _suited(line):
        entry = _locked(waiting)
        try:
            if entry is not None:
                offer(entry, start, operation)
                return True
        except (TimeTaken, NotOffered):
            continue
    _mark_looked(line)
    return False


def first_start_for(entry: WaitEntry) -> datetime | None:
    """The first free start that suits somebody on the list, whoever else waits for it."""
    return next((start for _entry, start in _suited([entry])), None)


def offer(entry: WaitEntry, start: datetime, operation: Operation) -> Booking:
    """Hold the time for somebody on the list, locked by the caller, and tell them for how long.

    Raises TimeTaken or NotOffered like any booking; the constraints are the same.
    """
    service = entry.service
    place = allocation.take(service, start.astimezone(service.location.zone), resource=entry.resource)
    wanted = Submission(
        service=service,
        start=start,
        resource=entry.resource,
        name=entry.name,
        email=entry.email,
        phone=entry.phone,
        notes=entry.notes,
        language=entry.language,
    )
    until = held_until(service, start)
    booking = Booking(
        **intake.facts(wanted, place)
        | {"status": Status.DRAFT, "source": entry.source, "stale_after": until, "answers": entry.answers}
    )
    workflow.begin(booking, operation, "offer")
    workflow.perform(entry, "offer", operation, booking=booking, until=until)
    messages.tell(booking, messages.OFFER, operation)
    return booking


def held_until(service: Service, start: datetime) -> datetime:
    """Until when an offer made now holds this start: never past the place's notice."""
    latest = start - timedelta(minutes=service.location.minimum_notice_minutes)
    return min(timezone.now() + timedelta(seconds=settings.HOLDFAST.wait_offer_seconds), latest)


def look_again(entry: WaitEntry) -> None:
    """Have somebody look for them at once, and count from now when that is late."""
    now = timezone.now()
    waiting = WaitEntry.objects.waiting().filter(pk=entry.pk)
    waiting.update(look_at=now, stale_after=late_from(now))


@use_case
def _serve_one(service: int, day: date) -> bool:
    return serve_next(service, day, WORKER)


def _look_around_freed(failures: list[Exception]) -> bool:
    """Serve who waits around the times that were left; True when more may be due."""
    batch = settings.HOLDFAST.claim_batch_count
    freed = list(FreedDay.objects.due().order_by("at")[:batch])
    for each in freed:
        known = len(failures)
        lines = WaitEntry.objects.around(each.location_id, each.day).values_list("service", "day")
        if not _serve_all(lines.order_by("day", "service").distinct(), failures):
            return True
        if len(failures) > known:  # nothing else says that time was left
            FreedDay.objects.filter(pk=each.pk).update(at=_after_a_while())
        else:
            each.delete()  # only now: a worker that dies before has another look
    return len(freed) == batch


def _look_at_due(failures: list[Exception]) -> bool:
    """Serve the lines at which it is time to look; True when more may be due."""
    batch = settings.HOLDFAST.claim_batch_count
    lines = WaitEntry.objects.due().order_by("look_at").values_list("service", "day")[:batch]
    return not _serve_all(dict.fromkeys(lines), failures) or len(lines) == batch


def _serve_all(lines: Iterable[tuple[int, date]], failures: list[Exception]) -> bool:
    """Serve one line after the other and keep what fails; False when the turn was over before the last."""
    for service, day in lines:
        if turns.is_over():
            return False
        try:
            _serve_or_postpone(service, day)
        except Exception as error:
            failures.append(error)
    return True


def _serve_or_postpone(service: int, day: date) -> None:
    """A line that cannot be served is tried again later; left as late as it is, it comes to the desk."""
    try:
        serve(service, day)
    except Exception:
        log.exception("a line cannot be served", service=service, day=day.isoformat())
        WaitEntry.objects.in_line(service, day).update(look_at=_after_a_while())
        raise


def _after_a_while() -> datetime:
    return timezone.now() + timedelta(seconds=settings.HOLDFAST.wait_look_again_seconds)


def _mark_looked(line: Sequence[WaitEntry]) -> None:
    """Nothing is free for them: look again after a while even if no booking leaves its time."""
    again = _after_a_while()
    unserved = WaitEntry.objects.waiting().filter(pk__in=[entry.pk for entry in line])
    unserved.update(look_at=again, stale_after=late_from(again))


def _locked(entry: WaitEntry) -> WaitEntry | None:
    """The same entry under lock; None when it waits no more or somebody else has it in hand."""
    waiting = WaitEntry.objects.waiting().select_for_update(of=("self",), skip_locked=True)
    return waiting.select_related("service__location", "resource").filter(pk=entry.pk).first()


def _suited(line: Sequence[WaitEntry]) -> Iterator[tuple[WaitEntry, datetime]]:
    """Who could be offered which start, by the line and then by time."""
    free: dict[Resource | None, list[datetime]] = {}
    for entry in line:
        if entry.resource not in free:
            free[entry.resource] = _free_starts(entry)
        for start in free[entry.resource]:
            if entry.starts_at in (None, start):
                yield entry, start


def _free_starts(entry: WaitEntry) -> list[datetime]:
    """The free starts of their date with whomever they wish, of those that could be held long enough."""
    service, day = entry.service, entry.day
    least = timezone.now() + timedelta(seconds=settings.HOLDFAST.wait_offer_least_seconds)
    offers = times.offers(service, day, day, resource=entry.resource)
    return [each.start for each in offers if held_until(service, each.start) >= least]


def queue_up(service: int, day: date) -> None:
    """One at a time serves a line or joins it; else the second in line could be served before the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [service % 2**31, day.toordinal()])
