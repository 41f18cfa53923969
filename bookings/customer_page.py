"""What the pages of customers say: how to reach them, how often they came, what is next."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone

from bookings import customers, erasure, money, when
from bookings.booking import Booking, Status
from bookings.customer import Customer
from bookings.places import Location
from operations import reach
from operations.people.notes import Note

SHOWN_COUNT = 50
CAME = Q(status=Status.COMPLETED) & ~Q(no_show=True)
TO_COME = (Status.SUBMITTED, Status.ACCEPTED)


def told(record: Customer) -> dict[str, Any]:
    """Their bookings within reach; notes, merges and what erasing would do for who looks after all."""
    found = reach.bounded(customers.bookings_of(record).made())
    newest = list(found.select_related("location", "service").order_by("-starts_at", "-pk")[:SHOWN_COUNT])
    sees_all = reach.bounded(Customer.objects.filter(pk=record.pk)).exists()
    known = customers.same_person(record) if sees_all else [record]
    going, staying = erasure.plan(record) if sees_all and not record.forgotten_at else ([], [])
    return {
        **_counted(found),
        "bookings": newest,
        "addresses": _addresses(known, newest),
        "numbers": _numbers(known, newest),
        "spent": _spent(found),
        "booking_place": newest[0].location if newest else _first_place(),
        "sees_all": sees_all,
        "merged": record.merged.order_by("pk") if sees_all else [],
        "notes": Note.objects.of(record).order_by("-at")[:SHOWN_COUNT] if sees_all else [],
        "going_count": len(going),
        "staying": staying[:SHOWN_COUNT],
        "staying_count": len(staying),
    }


def person(customer: Customer) -> dict[str, str]:
    """Name, number and address to book for them with: as their newest booking within reach has them."""
    newest = reach.bounded(customers.bookings_of(customer).made()).exclude(name="").order_by("-pk")
    known: Booking | Customer | None = newest.first()
    if known is None:
        known = reach.bounded(Customer.objects.filter(pk=customer.pk)).first()
    return {"name": known.name, "phone": known.phone, "email": known.email} if known else {}


def with_visits(listed: QuerySet[Customer]) -> QuerySet[Customer]:
    """Each with how many bookings within reach are under its key, and the wall time of the last visit."""
    there = reach.bounded(Booking.objects.made()).annotate(address=Lower("email"))
    by_address = there.exclude(email="").filter(address=OuterRef("email"))
    by_phone = there.filter(email="", phone_key=OuterRef("phone_key")).exclude(phone_key="")
    return listed.annotate(
        bookings_count=Coalesce(_by_key(_count(by_address, "address"), _count(by_phone, "phone_key")), 0),
        last_visit=_by_key(_last(by_address), _last(by_phone)),
    )


def _by_key(with_address: Subquery, without: Subquery) -> Case:
    """Only the one that the customer has a key for is looked up: of the empty key there are many bookings."""
    return Case(When(~Q(email=""), then=with_address), default=without)


def _count(theirs: QuerySet[Booking], key: str) -> Subquery:
    counted = theirs.order_by().values(key).annotate(n=Count("pk")).values("n")
    return Subquery(counted, output_field=IntegerField())


def _last(theirs: QuerySet[Booking]) -> Subquery:
    return Subquery(theirs.filter(CAME).order_by("-starts_at").values("local_start")[:1])


def _counted(found: QuerySet[Booking]) -> dict[str, Any]:
    now = timezone.now()
    counts = found.order_by().aggregate(
        bookings_count=Count("pk"),
        visits_count=Count("pk", filter=CAME),
        missed_count=Count("pk", filter=Q(no_show=True)),
        last_at=Max("starts_at", filter=CAME),
        next_at=Min("starts_at", filter=Q(status__in=TO_COME, starts_at__gt=now)),
    )
    return counts | {
        "last_visit": _at(found.filter(CAME), counts["last_at"]),
        "next_visit": _at(found.filter(status__in=TO_COME), counts["next_at"]),
    }


def _at(found: QuerySet[Booking], moment: Any) -> Booking | None:
    if moment is None:
        return None
    return found.filter(starts_at=moment).select_related("location", "service").order_by("pk").first()


def _spent(found: QuerySet[Booking]) -> list[str]:
    """What was paid or is owed for visits, in each currency."""
    sums = found.filter(CAME, price__gt=0).order_by().values("currency").annotate(total=Sum("price"))
    ordered = sums.order_by("currency").values_list("total", "currency")
    return [money.spoken_price(total, currency, when.of_reader()) for total, currency in ordered]


def _addresses(records: list[Customer], newest: list[Booking]) -> list[str]:
    known = {each.email: None for each in records if each.email}
    return list(known | {each.email.lower(): None for each in newest if each.email})


def _numbers(records: list[Customer], newest: list[Booking]) -> list[tuple[str, str]]:
    """Each number once, as it was written last, with what a telephone dials."""
    written = [(each.phone_key, each.phone) for each in newest if each.phone]
    written += [(each.phone_key, each.phone) for each in records if each.phone]
    known: dict[str, str] = {}
    for key, phone in written:
        known.setdefault(key, phone)
    return [(phone, key) for key, phone in known.items()]


def _first_place() -> Location | None:
    return reach.bounded(Location.objects.all()).order_by("pk").first()
