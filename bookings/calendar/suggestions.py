"""Who has been here before: by a telephone number's beginning or end, or how an address or a name begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from bookings import name_words, phones
from bookings.booking import Booking
from bookings.customer import Customer
from operations import reach

SHORTEST, MOST_READ, MOST_SHOWN = 4, 100, 5


@dataclass(frozen=True)
class Known:
    """Somebody as their latest booking knows them; `pk` is that booking's."""

    pk: int
    name: str
    phone: str
    email: str
    count: int
    phone_key: str = ""
    blocked_reason: str = ""


def known(user: Any, *, phone: str, email: str, name: str) -> list[Known]:
    """At most five people within reach whose number, address or name begins like this, or number ends so.

    One indexed query for each; a name is looked for only while nothing else is typed.
    """
    bookings = reach.within(user, Booking.objects.made())
    found: list[Booking] = []
    if len(phone.strip()) >= SHORTEST:
        found += _read(phones.like(bookings, phone))
    if len(email.strip()) >= SHORTEST:
        typed = email.strip().lower()
        found += _read(bookings.alias(lower_email=Lower("email")).filter(lower_email__startswith=typed))
    if not found and len(name.strip()) >= SHORTEST and (words := name_words.as_words(name)):
        named = bookings.annotate(name_words=name_words.words_of("name"))
        found += _read(named.filter(name_words=name_words.asked(words)))
    return _people(found)


def _read(bookings: QuerySet[Booking]) -> list[Booking]:
    return list(bookings.only("pk", "name", "phone", "phone_key", "email")[:MOST_READ])


def _people(bookings: list[Booking]) -> list[Known]:
    by_person: dict[tuple[str, str, str], dict[int, Booking]] = {}
    for each in bookings:
        by_person.setdefault((each.name, each.phone_key, each.email), {})[each.pk] = each
    people = [_known(made) for made in by_person.values()]
    return _with_blocks(sorted(people, key=lambda each: -each.pk)[:MOST_SHOWN])


def _known(made: dict[int, Booking]) -> Known:
    last = made[max(made)]
    return Known(last.pk, last.name, last.phone, last.email, len(made), last.phone_key)


def _with_blocks(people: list[Known]) -> list[Known]:
    """The same people, and why staff have blocked some of them."""
    if not people:
        return people
    emails = [each.email.lower() for each in people if each.email]
    numbers = [each.phone_key for each in people if each.phone_key]
    blocked = Customer.objects.blocked().filter(Q(email__in=emails) | Q(email="", phone_key__in=numbers))
    reasons = {each.email or each.phone_key: each.blocked_reason for each in blocked}
    return [
        replace(each, blocked_reason=reasons.get(each.email.lower()) or reasons.get(each.phone_key, ""))
        for each in people
    ]
