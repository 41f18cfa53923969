"""Customers as staff know them: whose bookings are whose, who is blocked, who is one and the same."""

from __future__ import annotations

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower, Reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import phones
from bookings.booking import Booking, BookingQuerySet
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

    Also whoever only wrote or waits: they may ask what is known about them, and to be forgotten. Once a
    minute and not while somebody books: a submission writes nothing for it and waits for nobody.
    """
    newest = Customer.objects.order_by("-last_booking_id").values_list("last_booking_id", flat=True).first()
    after, noted = max(0, (newest or 0) - LOOKED_BACK), 0
    while not turns.is_over():
        last, count = _collect(after)
        if last is None:
            break
        after, noted = last, noted + count
    return noted if turns.is_over() else noted + _collect_others()


def meet(booking: Booking) -> None:
    """Note the customer of one booking in the caller's transaction, after it got another address."""
    require_transaction()
    _note([booking.pk])


def rename(booking: Booking) -> None:
    """Let its customer be called as their newest booking says, after somebody corrected it."""
    require_transaction()
    Customer.objects.filter(last_booking_id=booking.pk).update(name=booking.name)


@use_case
def _collect(after: int) -> tuple[int | None, int]:
    """Where the next batch begins, None at the end, and how many rows were written."""
    ids = list(Booking.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])
    _complete(ids)
    return (ids[-1], _note(_booked(ids))) if ids else (None, 0)


@use_case
def _collect_others() -> int:
    """How many were noted who have not booked; only those who are not forgotten yet are looked through."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_OTHERS, {"now": timezone.now()})
        return int(cursor.rowcount)


def _booked(ids: list[int]) -> list[int]:
    """Without those that are begun only, perhaps without a name: nobody is a customer by that yet."""
    begun = set(Booking.objects.never_sent().filter(pk__in=ids).values_list("pk", flat=True))
    return [pk for pk in ids if pk not in begun]


def _complete(ids: list[int]) -> None:
    """Give the numbers their keys that the version before this one wrote while it was being replaced."""
    left = Booking.objects.filter(pk__in=ids, phone_key="").exclude(phone="").select_related("location")
    for booking in left:
        made = phones.key(booking.phone, phones.country_of(booking.location))
        Booking.objects.filter(pk=booking.pk, phone=booking.phone).update(phone_key=made)
    Booking.objects.filter(pk__in=ids, phone="").exclude(phone_key="").update(phone_key="")


def _note(ids: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT_BY_EMAIL, {"ids": ids, "now": timezone.now()})
        by_email = cursor.rowcount
        by_phone = 0
        for statement in (_UPDATE_BY_PHONE, _INSERT_BY_PHONE):
            cursor.execute(statement, {"ids": ids, "now": timezone.now()})
            by_phone += cursor.rowcount
        return int(by_email + by_phone)


def same_person(customer: Customer) -> list[Customer]:
    """The customer with those who were merged into it."""
    return [customer, *customer.merged.order_by("pk")]


def family(customer: Customer) -> list[Customer]:
    """Everybody who is the same person as this one, the one that they belong to first."""
    return same_person(customer.merged_into or customer)


def has_block(customer: Customer) -> bool:
    """Whether one of the family is blocked, under whichever address."""
    return any(each.blocked_at for each in family(customer))


def bookings_of(customer: Customer) -> BookingQuerySet:
    """Every booking under any of the person's keys, at all locations; by index."""
    return Booking.objects.alias(address=Lower("email")).filter(_under_keys(customer))


def enquiries_of(customer: Customer) -> QuerySet[Enquiry]:
    """What the person wrote through the contact form."""
    return Enquiry.objects.alias(address=Lower("email")).filter(_under_keys(customer))


def entries_of(customer: Customer) -> QuerySet[WaitEntry]:
    """Where the person is or was on a wait list, which nobody joins without an address."""
    addresses = [person.email for person in same_person(customer) if person.email]
    return WaitEntry.objects.alias(address=Lower("email")).filter(address__in=addresses)


def subjects_of(customer: Customer) -> list[Subject]:
    """Bookings, enquiries and places on a wait list that still name the person."""
    bookings = bookings_of(customer).select_related("location", "service", "resource").order_by("pk")
    entries = entries_of(customer).select_related("location", "service", "resource", "booking").order_by("pk")
    return [*bookings, *enquiries_of(customer).select_related("location").order_by("pk"), *entries]


def is_blocked(booking: Booking) -> bool:
    """Whether staff want to see every booking of this customer before it stands."""
    return blocked(booking.email, booking.phone_key) is not None


def blocked(email: str, phone_key: str) -> Customer | None:
    """The blocked customer with this address or this number, however many others have it too."""
    keys = Q(pk__in=[])
    if email:
        keys |= Q(email=email.lower())
    if phone_key:  # another address does not make another person of a number that is blocked
        keys |= Q(email="", phone_key=phone_key)
    return Customer.objects.blocked().filter(keys).first()


def find(key: str) -> Customer | None:
    """The customer with exactly this address or number, however the number is written."""
    typed = key.strip()
    if not typed:
        return None
    if "@" in typed:
        return Customer.objects.filter(email=typed.lower()).first()
    return _first(Customer.objects.filter(email="", phone_key__in=phones.keys(typed)))


def of(booking: Booking | Enquiry) -> Customer | None:
    """Whose booking or enquiry it is, if they are still named and noted by now."""
    if booking.email:
        return find(booking.email)
    if not booking.phone_key:
        return None
    return _first(Customer.objects.filter(email="", phone_key=booking.phone_key))


def _first(found: QuerySet[Customer]) -> Customer | None:
    """Where a number was noted twice before spellings were compared, the one that stands for both."""
    return found.order_by(F("merged_into").asc(nulls_first=True), "pk").first()


def merge(customer: Customer, key: str) -> Customer:
    """From now on the other one is this locked one: their bookings stand together, and nothing is lost.

    Raises Refusal for oneself, a stranger, somebody who belongs to another one already, and for a block
    that would be lost.
    """
    require_transaction()
    found = find(key) or _by_last_digits(key)
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


def _by_last_digits(key: str) -> Customer | None:
    """The only customer whose number ends like this."""
    end = phones.tail(key) if key.strip(phones.WRITTEN_WITH) == "" else ""
    if not end:
        return None
    alike = Customer.objects.alias(tail=Reverse("phone_key")).filter(email="", tail__startswith=end)[:2]
    return alike[0] if len(alike) == 1 else None


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
    numbers = [person.phone_key for person in persons if person.phone_key]
    wanted = Q(address__in=addresses) if addresses else Q(pk__in=[])
    return wanted | Q(phone_key__in=numbers, email="") if numbers else wanted


_UPSERT_BY_EMAIL = """
    INSERT INTO bookings_customer
        (email, phone, phone_key, name, last_booking_id, created_at, seen_at, blocked_reason, presses)
    SELECT DISTINCT ON (found.key) found.key, '', '', name, id, %(now)s, %(now)s, '', 0
    FROM (
        SELECT lower(email) AS key, name, id FROM bookings_booking WHERE id = ANY(%(ids)s) AND email <> ''
    ) AS found ORDER BY found.key, id DESC
    ON CONFLICT (email) WHERE email <> '' DO UPDATE
        SET name = excluded.name, last_booking_id = excluded.last_booking_id, seen_at = excluded.seen_at
        WHERE bookings_customer.last_booking_id < excluded.last_booking_id"""
# Whoever is known by another spelling of the number keeps the one that was noted first.
_UPDATE_BY_PHONE = """
    UPDATE bookings_customer AS customer
       SET name = found.name, last_booking_id = found.id, seen_at = %(now)s
      FROM (
        SELECT DISTINCT ON (phone_key) phone_key, name, id FROM bookings_booking
         WHERE id = ANY(%(ids)s) AND email = '' AND phone_key <> '' ORDER BY phone_key, id DESC
    ) AS found WHERE customer.phone_key = found.phone_key AND customer.last_booking_id < found.id"""
_INSERT_BY_PHONE = """
    INSERT INTO bookings_customer
        (email, phone, phone_key, name, last_booking_id, created_at, seen_at, blocked_reason, presses)
    SELECT DISTINCT ON (phone_key) '', phone, phone_key, name, id, %(now)s, %(now)s, '', 0
      FROM bookings_booking AS booking
     WHERE id = ANY(%(ids)s) AND email = '' AND phone_key <> ''
       AND NOT EXISTS (SELECT FROM bookings_customer WHERE phone_key = booking.phone_key)
     ORDER BY phone_key, id DESC
    ON CONFLICT (phone) WHERE phone <> '' DO UPDATE
        SET name = excluded.name, last_booking_id = excluded.last_booking_id, seen_at = excluded.seen_at,
            phone_key = excluded.phone_key"""
# Nobody writes or waits without an address.
_INSERT_OTHERS = """
    INSERT INTO bookings_customer
        (email, phone, phone_key, name, last_booking_id, created_at, seen_at, blocked_reason, presses)
    SELECT DISTINCT ON (found.key) found.key, '', '', name, 0, %(now)s, %(now)s, '', 0
    FROM (
        SELECT lower(email) AS key, name, created_at FROM bookings_enquiry WHERE email <> ''
        UNION ALL
        SELECT lower(email) AS key, name, created_at FROM bookings_waitentry WHERE email <> ''
    ) AS found
    WHERE NOT EXISTS (SELECT FROM bookings_customer AS known WHERE known.email = found.key)
    ORDER BY found.key, created_at DESC
    ON CONFLICT (email) WHERE email <> '' DO NOTHING"""
