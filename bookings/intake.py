"""Records what a customer asked for, exactly once, before anything is processed."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings import allocation, phones, processing, questions
from bookings.allocation import Place, TimeTaken
from bookings.booking import Booking, Status
from bookings.eligibility import NotOffered, Rules
from bookings.offerings import Service
from bookings.resources import Resource
from operations import intents, queue, workflow
from operations.errors import Busy, Refusal
from operations.transactions import require_transaction, use_case
from operations.workflow import Actor, Operation, Source

LOCK_TRIES = 3


class LikelyDuplicate(Refusal):
    """Raised when the same person asked for the same a moment ago; the customer is asked, never blocked."""

    code = "likely_duplicate"
    message = _("You booked this a moment ago. Do you want it twice?")

    def __init__(self, booking: Booking) -> None:
        self.booking = booking
        super().__init__()


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A cleaned booking form; `start` is any instant, aware."""

    service: Service
    start: datetime
    resource: Resource | None
    name: str
    email: str
    phone: str = ""
    notes: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    language: str = "en"
    people: int = 1
    confirm_duplicate: bool = False
    rules: Rules = Rules.ALL
    """What must be kept beside what is taken; what was promised elsewhere stands at once."""
    silently: bool = False
    """Nobody is told that what was promised stands here now."""

    def payload(self) -> dict[str, Any]:
        """What makes two submissions the same."""
        return {
            "service": self.service.pk,
            "start": self.start,
            "resource": self.resource.pk if self.resource else None,
            "name": self.name,
            "email": self.email.strip().lower(),
            "phone": self.phone,
            "notes": self.notes,
            "answers": self.answers,
            **({"people": self.people} if self.people > 1 else {}),
        }


@dataclass(frozen=True)
class Recorded:
    """The booking of a request id, and whether this call made it."""

    booking: Booking
    is_repeat: bool
    received_at: datetime


def submit(
    request: intents.Request, submission: Submission, *, source: Source, by: Operation | None = None
) -> Recorded:
    """Record a booking; the same request id gives the same booking, however often it comes.

    `by` is who books on behalf of the customer; without it, the customer does.
    Raises NotOffered, TimeTaken or LikelyDuplicate when a rule refuses (nothing stored, the key stays
    usable, the refusal is kept), intents.KeyReused for another payload, intents.RequestExpired, and
    Busy when it is still in flight elsewhere.
    """
    operation = by or by_customer(request, source)
    return answer(request, submission, lambda: _record(request, submission, operation))


def answer(request: intents.Request, submission: Submission, record: Callable[[], Recorded]) -> Recorded:
    """What `record` answers, tried again where only a lock was lost; why a rule refused is kept."""
    try:
        return _with_patience(record)
    except (NotOffered, TimeTaken, LikelyDuplicate) as refusal:
        intents.record_refusal(request, refusal.code, submission.service, start=submission.start.isoformat())
        raise


def _with_patience(record: Callable[[], Recorded]) -> Recorded:
    """Losing a lock to another customer is no answer: try again, the key is still free."""
    for _try in range(LOCK_TRIES - 1):
        try:
            return record()
        except intents.InFlight:
            raise
        except (Busy, IntegrityError) as error:
            if isinstance(error, IntegrityError) and not allocation.is_taken(error):
                raise
    try:
        return record()
    except IntegrityError as error:
        if allocation.is_taken(error):
            raise TimeTaken from error
        raise


@use_case
def _record(request: intents.Request, submission: Submission, operation: Operation) -> Recorded:
    claim = intents.claim(request, submission.payload(), outcome="submitted")
    if not claim.won:
        return repeated(claim.intent)
    earlier = asked_before(submission)
    details = unusual(submission)
    place = allocation.take(
        submission.service,
        submission.start,
        resource=submission.resource,
        people=submission.people,
        rules=submission.rules,
    )
    booking = _build(submission, place, claim.intent, operation.source, earlier)
    workflow.begin(booking, operation, "submit", **details)
    if submission.rules is Rules.PROMISED:
        processing.accept(booking, operation, silently=submission.silently)
    else:
        queue.wake(processing.TOPIC)
    return Recorded(booking, is_repeat=False, received_at=claim.intent.created_at)


def unusual(submission: Submission) -> dict[str, Any]:
    """What the history keeps of a booking that no customer could have made like this."""
    unusual: dict[str, Any] = {} if submission.email.strip() else {"without_email": True}
    if submission.rules.are_of_staff:
        wanted = submission.service, submission.start, submission.resource
        unusual |= {"set_aside": rule} if (rule := allocation.rule_against(*wanted)) else {}
    if submission.rules is Rules.PROMISED:
        unusual |= {"promised_elsewhere": True}
    return unusual


def repeated(intent: intents.Intent) -> Recorded:
    """The answer to a request that had come before."""
    return Recorded(booking_of(intent), is_repeat=True, received_at=intent.created_at)


def booking_of(intent: intents.Intent) -> Booking:
    """The booking that a request made, or the draft that it changed."""
    bookings = Booking.objects.select_related("location", "service", "resource")
    if intent.subject_id and intent.subject_model == Booking._meta.label_lower:
        return bookings.get(pk=intent.subject_id)
    return bookings.get(request=intent)


def asked_before(submission: Submission) -> Booking | None:
    """The booking that this would double, where that is meant; raises LikelyDuplicate where it is not."""
    earlier = likely_duplicate(
        submission.service, submission.start, email=submission.email, phone=submission.phone
    )
    if earlier and not submission.confirm_duplicate:
        raise LikelyDuplicate(earlier)
    return earlier


def likely_duplicate(service: Service, start: datetime, *, email: str, phone: str) -> Booking | None:
    """The second net: same address (or telephone), service and start a moment ago under another key.

    Whoever else asks for the same waits until the caller's transaction has ended.
    """
    require_transaction()
    address, number = _person(service, email, phone)
    if not address and not number:
        return None
    window = timedelta(seconds=settings.HOLDFAST.duplicate_window_seconds)
    earlier = (
        Booking.objects.live()
        .exclude(status=Status.DRAFT)
        .filter(
            starts_at=start,
            location=service.location,
            service=service,
            **({"email__iexact": address} if address else {"phone_key": number}),
            next_at__gt=timezone.now() - window,  # since when it is to be processed: a draft once it is sent
        )
        .order_by("pk")
        .values_list("pk", flat=True)[:1]
    )
    found = _first_in_turn(_turn(service, start, address or number), earlier)
    return Booking.objects.select_related("location", "service").get(pk=found) if found else None


def await_turns(submission: Submission, starts: Iterable[datetime]) -> None:
    """Wait for whoever else asks for one of these starts for the same person, before any time is taken.

    Without it a series would wait for a person while it holds times that somebody else waits for.
    """
    address, number = _person(submission.service, submission.email, submission.phone)
    if not address and not number:
        return
    turns = sorted(_turn(submission.service, start, address or number) for start in starts)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(turn) FROM unnest(%s::bigint[]) AS turn", [turns])


def _person(service: Service, email: str, phone: str) -> tuple[str, str]:
    """Under which address and number somebody asks."""
    return email.strip(), phones.key(phone, phones.country_of(service.location))


def _turn(service: Service, start: datetime, person: str) -> int:
    """The lock of everybody who wants this for the same person; below zero, as no lock of a time is."""
    wanted = f"{service.pk} {int(start.timestamp())} {person.lower()}"
    return ~int.from_bytes(hashlib.blake2b(wanted.encode(), digest_size=8).digest()) >> 1


def _first_in_turn(turn: int, wanted: QuerySet[Any]) -> int | None:
    """The first of the wanted ids, read once it is our turn.

    Two statements in one round trip: what is read must be newer than the lock, so by another snapshot.
    """
    sql, values = wanted.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock(%s); {sql}", [turn, *values])
        cursor.nextset()
        row = cursor.fetchone()
    return row[0] if row else None


def facts(submission: Submission, place: Place) -> dict[str, Any]:
    """The fields of a booking that the form and the place taken decide."""
    service = submission.service
    return {
        "location": service.location,
        "service": service,
        "session": place.session,
        "place": place.number,
        "resource": place.resource,
        "wants_resource": submission.resource is not None,
        "starts_at": place.session.starts_at,
        "ends_at": place.session.ends_at,
        "time_zone": service.location.time_zone,
        "local_start": place.session.starts_at.astimezone(service.location.zone).isoformat(),
        "name": submission.name.strip(),
        "email": submission.email.strip(),
        "phone": submission.phone.strip(),
        "notes": submission.notes.strip(),
        "answers": questions.as_kept(service, submission.answers),
        "language": submission.language,
        "people": submission.people,
        "price": service.price * submission.people,
        "deposit": None if service.deposit is None else service.deposit * submission.people,
        "currency": service.location.currency,
    }


def _build(
    submission: Submission, place: Place, intent: intents.Intent, source: Source, earlier: Booking | None
) -> Booking:
    now = timezone.now()
    return Booking(
        status=Status.SUBMITTED,
        request=intent,
        source=source,
        next_at=now,
        stale_after=now + timedelta(seconds=settings.HOLDFAST.processing_late_seconds),
        duplicate_of=earlier,
        **facts(submission, place),
    )


def by_customer(request: intents.Request, source: Source) -> Operation:
    """What a customer does under a request id."""
    return Operation(actor=Actor.CUSTOMER, source=source, request_id=request.key, id=uuid.uuid4())
