"""Customers as staff know them: whose bookings are whose, who is blocked, who is one and the same."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.booking import Booking
from bookings.correspondence import Enquiry
from bookings.customer import Customer
from bookings.forgetting import Subject
from bookings.waitlist.entry import WaitEntry
from operations import turns
from operations.errors import Refusal
from operations.transactions import require_transaction, use_case

BATCH = 5000
LOOKED_BACK = 1000  # bookings that were committed after younger ones


def collect() -> int:
    """Note the customers of new bookings; returns how many rows were added or brought up to date.

    Once a minute and not while somebody books: a submission writes nothing for it and waits for nobody.
    """
    newest = Customer.objects.order_by("-last_booking_id").values_list("last_booking_id", flat=True).first()
    after, noted = max(0, (newest or 0) - LOOKED_BACK), 0
    while not turns.is_over():
        last, count = _collect(after)
        if last is None:
            break
        after, noted = last, noted + count
    return noted


def meet(booking: Booking) -> None:
    """Note the customer of one booking in the caller's transaction, after it got another address."""
    require_transaction()
    _note([booking.pk])


@use_case
def _collect(after: int) -> tuple[int | None, int]:
    """Where the next batch begins, None at the end, and how many rows were written."""
    ids = list(Booking.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])
    return (ids[-1], _note(ids)) if ids else (None, 0)


def _note(ids: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT_BY_EMAIL, {"ids": ids, "now": timezone.now()})
        by_email = cursor.rowcount
        cursor.execute(_UPSERT_BY_PHONE, {"ids": ids, "now": timezone.now()})
        return int(by_email + cursor.rowcount)


def same_person(customer: Customer) -> list[Customer]:
    """The customer with those who were merged into it."""
    return [customer, *customer.merged.order_by("pk")]


def bookings_of(customer: Customer) -> QuerySet[Booking]:
    """Every booking under any of the person's keys, at all locations; by index."""
    return Booking.objects.alias(address=Lower("email")).filter(_under_keys(customer))


def enquiries_of(customer: Customer) -> QuerySet[Enquiry]:
    """What the person wrote through the contact form."""
    return Enquiry.objects.alias(address=Lower("email")).filter(_under_keys(customer))


def entries_of(customer: Customer) -> QuerySet[WaitEntry]:
    """Where the person is or was on a wait list."""
    return WaitEntry.objects.alias(address=Lower("email")).filter(_under_keys(customer))


def subjects_of(customer: Customer) -> list[Subject]:
    """Bookings, enquiries and places on a wait list that still name the person."""
    bookings = bookings_of(customer).select_related("location", "service", "resource").order_by("pk")
    entries = entries_of(customer).select_related("location", "service", "resource", "booking").order_by("pk")
    return [*bookings, *enquiries_of(customer).select_related("location").order_by("pk"), *entries]


def is_blocked(booking: Booking) -> bool:
    """Whether staff want to see every booking of this customer before it stands."""
    key = {"email": booking.email.lower()} if booking.email else {"phone": booking.phone}
    return all(key.values()) and Customer.objects.blocked().filter(**key).exists()


def find(key: str) -> Customer | None:
    """The customer with exactly this address or number."""
    typed = key.strip()
    if not typed:
        return None
    return Customer.objects.filter(Q(email=typed.lower()) | Q(email="", phone=typed)).first()


def merge(customer: Customer, key: str) -> Customer:
    """From now on the other one is this locked one: their bookings stand together, and nothing is lost.

    Raises Refusal for oneself, a stranger, somebody who belongs to another one already, and for a block
    that would be lost.
    """
    require_transaction()
    found = find(key)
    other = Customer.objects.select_for_update().filter(pk=found.pk).first() if found else None
    if other is None:
        raise Refusal(_("No customer is known by that. Type the whole address or number."))
    if why := _cannot_merge(customer, other):
        raise Refusal(why)
    Customer.objects.filter(merged_into=other).update(merged_into=customer)
    other.merged_into = customer
    other.presses += 1
    other.save(update_fields=["merged_into", "presses"])
    return other


def _cannot_merge(customer: Customer, other: Customer) -> str:
    if other.pk == customer.pk:
        return _("This is the same customer.")
    if other.merged_into_id:
        return _("They belong to another customer already. Part them there first.")
    if other.forgotten_at or other.erase_asked_at:
        return _("They asked to be forgotten.")
    if other.blocked_at and not customer.blocked_at:
        return _("They are blocked and this one is not. Lift that block, or block this one first.")
    return ""


def _under_keys(customer: Customer) -> Q:
    persons = same_person(customer)
    addresses = [person.email for person in persons if person.email]
    phones = [person.phone for person in persons if person.phone]
    wanted = Q(address__in=addresses) if addresses else Q(pk__in=[])
    return wanted | Q(phone__in=phones, email="") if phones else wanted


_UPSERT = """
    INSERT INTO bookings_customer
        ({key}, {other}, name, last_booking_id, created_at, seen_at, blocked_reason, presses)
    SELECT DISTINCT ON (found.key) found.key, '', name, id, %(now)s, %(now)s, '', 0
    FROM (
        SELECT {value} AS key, name, id FROM bookings_booking WHERE id = ANY(%(ids)s) AND {only}
    ) AS found ORDER BY found.key, id DESC
    ON CONFLICT ({key}) WHERE {key} <> '' DO UPDATE
        SET name = excluded.name, last_booking_id = excluded.last_booking_id, seen_at = excluded.seen_at
        WHERE bookings_customer.last_booking_id < excluded.last_booking_id"""
_UPSERT_BY_EMAIL = _UPSERT.format(key="email", other="phone", value="lower(email)", only="email <> ''")
_UPSERT_BY_PHONE = _UPSERT.format(
    key="phone", other="email", value="phone", only="email = '' AND phone <> ''"
)
