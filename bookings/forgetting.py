"""Forgets customers when their time is over, and keeps what the place needs: times, services, outcomes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from bookings import phones
from bookings.booking import Booking
from bookings.correspondence import Enquiry, Message
from bookings.places import Location
from bookings.waitlist.entry import WaitEntry
from notifications import forgetting as messages
from notifications.models import Announcement, Delivery
from operations import workflow
from operations.intents import Intent, Refused
from operations.retention import Person, Rule, erase, reasons_to_keep
from operations.workflow import Operation

Subject = Booking | Enquiry | WaitEntry
TIED = (
    "bookings.booking",
    "bookings.enquiry",
    "bookings.waitentry",
    "bookings.series",
    "notifications.delivery",
)

COLUMNS = {Booking: "booking_id", Enquiry: "enquiry_id", WaitEntry: "wait_entry_id"}


def bookings_over() -> QuerySet[Booking]:
    """Finished bookings whose time to be kept is over, each by the rule of its place."""
    over = _past("ends_at", settings.HOLDFAST.booking_retention_days)
    return _finished(Booking.objects.all()).filter(over).order_by("ends_at", "pk")


def never_sent_over() -> QuerySet[Booking]:
    """What somebody began to book, did not send and will not come back to."""
    before = timezone.now() - timedelta(days=settings.HOLDFAST.draft_retention_days)
    begun = _finished(Booking.objects.never_sent()).filter(wait_entry__isnull=True)
    return begun.filter(updated_at__lt=before).order_by("updated_at", "pk")


def enquiries_over() -> QuerySet[Enquiry]:
    """Answered and closed enquiries whose time to be kept is over."""
    over = _past("updated_at", settings.HOLDFAST.enquiry_retention_days)
    return _finished(Enquiry.objects.all()).filter(over).order_by("updated_at", "pk")


def waiting_over() -> QuerySet[WaitEntry]:
    """Entries of the wait list whose time to be kept is over, like that of the booking they were for."""
    over = _past("until", settings.HOLDFAST.booking_retention_days)
    return _finished(WaitEntry.objects.all()).filter(over).order_by("until", "pk")


def keeps(subjects: Sequence[Subject]) -> Mapping[int, str]:
    """Which of them stay although their time is over, and why."""
    return reasons_to_keep({subject.pk: [subject, *said] for subject, said in _with_messages(subjects)})


def forget(subject: Subject, operation: Operation) -> None:
    """Take the person out of a finished booking or enquiry and of all that was written about it.

    Under lock, in the caller's transaction. Nothing may keep it: see `keeps`.
    """
    ((_subject, deliveries),) = _with_messages([subject])
    person = person_of(subject, deliveries)
    erase([subject, *deliveries], person, since=subject.created_at)
    messages.forget(deliveries, person, operation)
    workflow.perform(subject, "forget", operation)


def person_of(subject: Subject, deliveries: Iterable[Delivery]) -> Person:
    """By what the person is known: what they gave, and every address that was written to."""
    written_to = [delivery.recipient for delivery in deliveries if not delivery.is_for_staff]
    numbers = phones.spellings(subject.phone, subject.location)
    return Person.of([subject.name, subject.email, *numbers, *written_to])


def _with_messages(subjects: Sequence[Subject]) -> list[tuple[Subject, list[Delivery]]]:
    """Each with every message about it, those to other systems and the copies of all included."""
    if not subjects:
        return []
    label = subjects[0]._meta.label_lower
    ids = [subject.pk for subject in subjects]
    found: dict[int, dict[int, Delivery]] = defaultdict(dict)
    of = COLUMNS[type(subjects[0])]
    for message in Message.objects.filter(**{f"{of}__in": ids}).select_related("delivery"):
        found[getattr(message, of)][message.delivery_id] = message.delivery
    told = Announcement.objects.filter(event__subject_model=label, event__subject_id__in=ids)
    first = {}
    for announcement in told.select_related("delivery", "event"):
        assert announcement.event is not None
        first[announcement.delivery_id] = announcement.event.subject_id
        found[announcement.event.subject_id][announcement.delivery_id] = announcement.delivery
    for copy in Delivery.objects.filter(copy_of__in=list(first)):
        found[first[copy.copy_of_id or 0]][copy.pk] = copy
    return [(subject, list(found[subject.pk].values())) for subject in subjects]


def _finished(subjects: QuerySet[Any]) -> QuerySet[Any]:
    return subjects.filter(status__in=subjects.model.final_statuses, forgotten_at__isnull=True)


def _past(column: str, usual_days: int) -> Q:
    """A filter for what was over so many days ago, at each place by its own number of days."""
    places: dict[int, list[int]] = defaultdict(list)
    for pk, days in Location.objects.values_list("pk", "keep_days"):
        places[days or usual_days].append(pk)
    now = timezone.now()
    past = Q(pk__in=[])
    for days, ids in places.items():
        past |= Q(**{"location_id__in": ids, f"{column}__lt": now - timedelta(days=days)})
    if not places:
        return past
    return past & Q(**{f"{column}__lt": now - timedelta(days=min(places))})  # what the index is read by


def _unfinished(model: type[Model], column: str, usual_days: int) -> QuerySet[Any]:
    records: Any = model._default_manager.exclude(status__in=model.final_statuses)  # type: ignore[attr-defined]
    found: QuerySet[Any] = records.filter(_past(column, usual_days))
    return found


def intents_over() -> QuerySet[Intent]:
    """Requests that have nothing to do with a booking, an enquiry or a message that is kept."""
    before = timezone.now() - timedelta(seconds=settings.HOLDFAST.intent_retention_seconds)
    free = Intent.objects.exclude(subject_model__in=TIED).exclude(outcome="submitted")
    free = free.filter(
        booking__isnull=True, enquiry__isnull=True, waitentry__isnull=True, series__isnull=True
    )
    return free.filter(created_at__lt=before).order_by("created_at", "pk")


def refusals_over() -> QuerySet[Refused]:
    """What a rule refused so long ago that nobody will ask for the reason."""
    before = timezone.now() - timedelta(seconds=settings.HOLDFAST.intent_retention_seconds)
    return Refused.objects.filter(at__lt=before).order_by("at", "pk")


def delete(record: Model, _operation: Operation) -> None:
    """Requests are no history: they go as a whole."""
    record.delete()


RULES = (
    Rule(
        code="bookings",
        title=gettext_noop("Forget the customers of bookings that are long over"),
        says=_(
            "Name, e-mail address, phone, notes and answers; recipients, notes and reasons about it; "
            "addresses in the answers of mail servers."
        ),
        stays=_("Time, service, person, price, status and every step, for the statistics and the proof."),
        model=Booking,
        due=bookings_over,
        forget=forget,
        since_at="ends_at",
        keeps=keeps,
        unfinished=lambda: _unfinished(Booking, "ends_at", settings.HOLDFAST.booking_retention_days),
        location="location__name",
    ),
    Rule(
        code="never_sent",
        title=gettext_noop("Forget who began to book and did not"),
        says=_("Name, e-mail address, phone, notes and answers; recipients and notes about it."),
        stays=_("That somebody began, for which time, and when it was let go."),
        model=Booking,
        due=never_sent_over,
        forget=forget,
        since_at="updated_at",
        keeps=keeps,
        location="location__name",
    ),
    Rule(
        code="enquiries",
        title=gettext_noop("Forget whoever wrote long ago"),
        says=_("Name, e-mail address, phone, the question and its answer; recipients and notes about it."),
        stays=_("That there was a question, when, and when it was answered."),
        model=Enquiry,
        due=enquiries_over,
        forget=forget,
        since_at="updated_at",
        keeps=keeps,
        unfinished=lambda: _unfinished(Enquiry, "updated_at", settings.HOLDFAST.enquiry_retention_days),
        location="location__name",
    ),
    Rule(
        code="wait_list",
        title=gettext_noop("Forget who was on the wait list long ago"),
        says=_("Name, e-mail address, phone, notes and answers; recipients and notes about it."),
        stays=_("That somebody waited, for what, and what came of it."),
        model=WaitEntry,
        due=waiting_over,
        forget=forget,
        since_at="until",
        keeps=keeps,
        unfinished=lambda: _unfinished(WaitEntry, "until", settings.HOLDFAST.booking_retention_days),
        location="location__name",
    ),
    Rule(
        code="requests",
        title=gettext_noop("Forget requests that nothing hangs on"),
        says=_("Request ids of staff's presses and of look-ups, with the checksum of what was asked."),
        stays=_("Every request of a booking, an enquiry or a message: a repeat must find it."),
        model=Intent,
        due=intents_over,
        forget=delete,
        since_at="created_at",
    ),
    Rule(
        code="refusals",
        title=gettext_noop("Forget refused requests"),
        says=_("Which request a rule refused and why."),
        stays=_("What staff were refused: it stays in the history of the record."),
        model=Refused,
        due=refusals_over,
        forget=delete,
        since_at="at",
    ),
)
