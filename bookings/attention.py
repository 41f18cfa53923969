"""Tells a place by one mail what needs a person there, however many failures came at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, Model, QuerySet
from django.utils import timezone
from django.utils.translation import override

from bookings import language, letters
from bookings.booking import Booking
from bookings.correspondence import Enquiry
from bookings.places import Location
from notifications import outbox
from notifications.kinds import Content
from notifications.models import Delivery
from operations import recovery
from operations.effects import EffectStatus
from operations.errors import OvertakenError
from operations.recovery import Condition, Urgency
from operations.transactions import use_case
from operations.workflow import Actor, Operation, Source

KIND = "staff_needs_attention"
# The first has a mail of its own; with the second it is the customer's turn.
LEFT_OUT = frozenset({"bookings.awaiting_staff", "bookings.awaiting_confirmation"})
WHERE: dict[type[Model], str] = {Booking: "location__slug", Enquiry: "location__slug", Delivery: "location"}
BY_SCHEDULE = Operation(actor=Actor.SCHEDULE, source=Source.SCHEDULE)
MOST_NAMED = 5


@dataclass(frozen=True)
class Matters:
    """A condition at one place: how many records it lists there, and the soonest of them by name."""

    title: str
    count: int
    names: list[str]
    page: str


def tell_places() -> int:
    """Queue a mail to each place where something new needs a person; returns how many.

    The mail waits a moment for what else comes, and after it there is a pause: it says how things stand
    when it leaves, so it need not be sent for each failure.
    """
    newest = _newest_by_place()
    places = Location.objects.filter(slug__in=newest, is_active=True).exclude(email="")
    return sum(_tell(place, newest[place.slug]) for place in places)


def compose(delivery: Delivery) -> Content:
    """What needs a person at the place now; raises OvertakenError when nothing does any more."""
    place = Location.objects.get(slug=delivery.location)
    matters = list(matters_at(place))
    if not matters:
        raise OvertakenError("Nothing needs a person any more.")
    return write(delivery, place, matters)


def write(delivery: Delivery, place: Location, matters: list[Matters]) -> Content:
    """The mail about these matters."""
    context = {
        "matters": matters,
        "count": sum(each.count for each in matters),
        "desk": f"{settings.HOLDFAST_URL}/admin/desk/",
    }
    with override(delivery.language):
        return letters.render(delivery, KIND, place, context)


def matters_at(place: Location) -> Iterator[Matters]:
    """Everything that needs a person at a place, each condition with its soonest records."""
    for condition in _conditions():
        here = _records(condition).filter(**{WHERE[condition.model]: place.slug})
        if count := here.count():
            soonest = here.order_by(*([condition.harm_at] if condition.harm_at else []), "pk")[:MOST_NAMED]
            introduction = recovery.introduction(condition.model)
            names = [introduction.title(record) for record in soonest]
            page = f"{settings.HOLDFAST_URL}/admin/desk/{condition.code}/"
            yield Matters(str(condition.title), count, names, page)


def _conditions() -> list[Condition]:
    return [
        condition
        for condition in recovery.conditions().values()
        if condition.urgency == Urgency.NEEDS_PERSON
        and condition.model in WHERE
        and condition.code not in LEFT_OUT
    ]


def _records(condition: Condition) -> QuerySet[Any]:
    """The records without mail to staff (it would not get through either) and what goes to programs."""
    records = condition.records()
    if condition.model is Delivery:
        records = records.filter(is_for_staff=False, channel__in=("email", "sms"))
    return records


def _newest_by_place() -> dict[str, datetime]:
    """Since when the newest matter of each place needs a person, by slug."""
    newest: dict[str, datetime] = {}
    for condition in _conditions():
        column = WHERE[condition.model]
        places = _records(condition).order_by().values_list(column).annotate(Max(condition.since_at))
        for slug, since in places:
            newest[slug] = max(newest.get(slug, since), since)
    return newest


@use_case
def _tell(place: Location, newest: datetime) -> bool:
    last = Delivery.objects.filter(dedupe_key__startswith=f"attention:{place.slug}:").order_by("-pk").first()
    if last and not _is_time_again(last, newest):
        return False
    outbox.queue_message(
        kind=KIND,
        recipient=place.email,
        dedupe_key=f"attention:{place.slug}:{last.pk if last else 0}",  # two schedulers queue it once
        location=place.slug,
        language=language.of_reader(place),
        send_at=timezone.now() + timedelta(seconds=settings.HOLDFAST.attention_collect_seconds),
        is_for_staff=True,
        parameters={"time_zone": place.time_zone},
        operation=BY_SCHEDULE,
    )
    return True


def _is_time_again(last: Delivery, newest: datetime) -> bool:
    """Whether the last mail has left long enough ago, and something came after it."""
    if last.status not in Delivery.final_statuses:
        return False  # it tells everything when it leaves; an address that refuses it is on the desk
    told_at = last.done_at if last.status == EffectStatus.DONE and last.done_at else last.updated_at
    pause = timedelta(seconds=settings.HOLDFAST.attention_pause_seconds)
    return newest > told_at and timezone.now() >= told_at + pause
